package rest

import (
	"context"
	"net/http"

	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
)

// Storage is the implementation of a resource for the REST layer. It has the capabilities whose interfaces (below) it
// implements: each gives the resource one or more rows of the table of verbs.
// Upstream: k8s.io/apiserver/pkg/registry/rest.Storage.
type Storage interface {
	// New returns an empty object of the resource's kind, for a body to be decoded into.
	New() runtime.Object
	// Destroy releases the storage's resources when the server stops. It may be called more than once.
	Destroy()
}

// Wrapper is a Storage around another one: it traces, counts or caches some of the calls. It has exactly the
// capabilities of the wrapped storage: a method of the wrapper is used only if the wrapped storage has it too, and As
// finds all other methods in the wrapped storage.
type Wrapper interface {
	Storage
	Unwrap() Storage
}

// As returns s as the capability T, or the first storage below s that implements T; false if the innermost storage does
// not implement it. All code that needs a capability calls As or Has.
func As[T any](s Storage) (capability T, ok bool) {
	innermost := s
	for w, wraps := s.(Wrapper); wraps; w, wraps = innermost.(Wrapper) {
		innermost = w.Unwrap()
	}
	if _, ok = innermost.(T); !ok {
		return capability, false
	}
	for {
		if capability, ok = s.(T); ok {
			return capability, true
		}
		s = s.(Wrapper).Unwrap()
	}
}

// Has reports whether a storage has the capability T.
func Has[T any](s Storage) bool {
	_, ok := As[T](s)
	return ok
}

// Scoper reports whether a resource is namespaced. Every top-level resource has it; a subresource uses its parent's.
type Scoper interface {
	NamespaceScoped() bool
}

// GroupVersionKindProvider returns the served kind, if it is not New's kind in the resource's group version
// (pods/eviction is policy/v1 Eviction).
type GroupVersionKindProvider interface {
	GroupVersionKind(containing schema.GroupVersion) schema.GroupVersionKind
}

// GroupVersionAcceptor is a storage that accepts bodies in other versions than the served one (pods/eviction accepts
// policy/v1beta1). Without it, only the served version is accepted.
type GroupVersionAcceptor interface {
	AcceptsGroupVersion(gv schema.GroupVersion) bool
}

// StorageVersionProvider returns the kind in which objects are stored, if it is not the served one.
type StorageVersionProvider interface {
	StorageVersion() schema.GroupVersionKind
}

// SingularNameProvider, ShortNamesProvider and CategoriesProvider return other names of a resource for kubectl: pod,
// po, all.
type (
	SingularNameProvider interface{ GetSingularName() string }
	ShortNamesProvider   interface{ ShortNames() []string }
	CategoriesProvider   interface{ Categories() []string }
)

// Getter reads one object.
type Getter interface {
	Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error)
}

// GetterWithOptions is a Getter with its own type of options (pods/log: PodLogOptions).
type GetterWithOptions interface {
	// Get receives the options that the query was decoded into.
	Get(ctx context.Context, name string, options runtime.Object) (runtime.Object, error)
	// NewGetOptions returns empty options; subpath is the name of the option for the rest of the path; "": none.
	NewGetOptions() (options runtime.Object, subpath string)
}

// Lister reads the objects that match the options.
type Lister interface {
	// NewList returns an empty list. Only its kind is used.
	NewList() runtime.Object
	List(ctx context.Context, options *metainternalversion.ListOptions) (runtime.Object, error)
	TableConvertor
}

// TableConvertor converts an object or a list to the table that kubectl get prints.
type TableConvertor interface {
	ConvertToTable(ctx context.Context, object runtime.Object, tableOptions runtime.Object) (*metav1.Table, error)
}

// Creater makes a new object.
type Creater interface {
	New() runtime.Object
	Create(ctx context.Context, obj runtime.Object, options *CreateOptions) (runtime.Object, error)
}

// NamedCreater makes a new object below a named one (pods/NAME/binding).
type NamedCreater interface {
	New() runtime.Object
	Create(ctx context.Context, name string, obj runtime.Object, options *CreateOptions) (runtime.Object, error)
}

// SubresourceObjectMetaPreserver is a subresource whose create keeps the uid in the body, which is a precondition on
// the parent object (pods/binding). Upstream: rest.SubresourceObjectMetaPreserver.
type SubresourceObjectMetaPreserver interface {
	PreserveRequestObjectMetaSystemFieldsOnSubresourceCreate() bool
}

// CreateOptions are the client's options and the server's last check.
type CreateOptions struct {
	metav1.CreateOptions
	// Validate is called with the object that will be stored, after the strategy. Its error refuses the create. Nil:
	// none.
	Validate ValidateFunc
}

// Updater replaces an object with the result of Update.Mutate.
type Updater interface {
	New() runtime.Object
	// Update returns the stored object and whether it was created. The object must exist, unless the resource allows
	// create on update.
	Update(ctx context.Context, name string, update *Update) (obj runtime.Object, created bool, err error)
}

// Patcher is a storage whose objects can be read and updated, and so patched.
type Patcher interface {
	Getter
	Updater
}

// Update has the parameters of Updater.Update. Upstream: rest.UpdatedObjectInfo and Update's parameters.
type Update struct {
	Options metav1.UpdateOptions
	// Mutate returns the new object. old is a copy of the stored object (an empty object if there is none), which
	// Mutate may change. It is called again after a conflict with another writer.
	Mutate func(ctx context.Context, old runtime.Object) (runtime.Object, error)
	// Preconditions that the stored object must meet; nil: none.
	Preconditions *metav1.Preconditions
	// AllowCreate allows create on update even if the strategy does not (server-side apply).
	AllowCreate bool
	// Validate is called with the object that will be stored and the old one (nil: create). Its error refuses the
	// update. Nil: none.
	Validate ValidateFunc
}

// GracefulDeleter deletes an object: at once, after a grace period, or after its finalizers are removed.
type GracefulDeleter interface {
	// Delete returns the object or a Status, and whether the object is deleted already (false: it will be later).
	Delete(ctx context.Context, name string, options *DeleteOptions) (obj runtime.Object, immediately bool, err error)
}

// MayReturnFullObjectDeleter is a GracefulDeleter that may return the deleted object. The OpenAPI of the verb (chapter
// 11) then has the object as response instead of a Status.
type MayReturnFullObjectDeleter interface {
	DeleteReturnsDeletedObject() bool
}

// CollectionDeleter deletes all objects that match the list options.
type CollectionDeleter interface {
	// DeleteCollection returns the list of deleted objects.
	DeleteCollection(ctx context.Context, options *DeleteOptions, list *metainternalversion.ListOptions) (runtime.Object, error)
}

// DeleteOptions are the client's options and the server's last check.
type DeleteOptions struct {
	metav1.DeleteOptions
	// Validate is called with each object (as old) before it is deleted. Its error refuses the deletion. Nil: none.
	Validate ValidateFunc
}

// Watcher sends an event for each change.
type Watcher interface {
	Watch(ctx context.Context, options *metainternalversion.ListOptions) (watch.Interface, error)
}

// Connecter takes over the client's connection (pods/exec, pods/proxy).
type Connecter interface {
	Connect(ctx context.Context, name string, options runtime.Object, responder Responder) (http.Handler, error)
	// NewConnectOptions is like GetterWithOptions.NewGetOptions.
	NewConnectOptions() (options runtime.Object, subpath string)
	// ConnectMethods returns the HTTP methods that it supports.
	ConnectMethods() []string
}

// Responder writes an object or an error in the negotiated media type.
type Responder interface {
	Object(status int, obj runtime.Object)
	Error(err error)
}

// Redirector returns the address to which a request for an object is forwarded.
type Redirector interface {
	ResourceLocation(ctx context.Context, name string) (location string, transport http.RoundTripper, err error)
}

// StandardStorage has all capabilities of an ordinary resource. The Store of chapter 6 implements it.
type StandardStorage interface {
	Storage
	Scoper
	Getter
	Lister
	Creater
	Updater
	GracefulDeleter
	CollectionDeleter
	Watcher
}
