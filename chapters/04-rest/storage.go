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

// Storage is a resource as the REST layer sees it. What it can do beyond existing, it says by implementing the
// capability interfaces below: each makes one or more rows of the table of verbs apply to it.
// Upstream: k8s.io/apiserver/pkg/registry/rest.Storage.
type Storage interface {
	// New returns an empty object of the resource's kind, for a body to be decoded into.
	New() runtime.Object
	// Destroy ends what the storage holds, at the end of the server. It may be called more than once.
	Destroy()
}

// Wrapper is a Storage in front of another one: it traces, counts or caches some of the calls. Its own methods serve the
// capabilities that the wrapped storage has too; every other capability is the wrapped storage's. So a wrapper neither adds
// a capability nor loses one, also one that it has never heard of.
type Wrapper interface {
	Storage
	Unwrap() Storage
}

// As returns s as the capability T, or the first storage below s that implements T; false where the innermost storage does
// not. It is the one place where capabilities are asserted.
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

// Scoper says whether objects live in a namespace. Every top-level resource has it; a subresource borrows its parent's.
type Scoper interface {
	NamespaceScoped() bool
}

// GroupVersionKindProvider names the kind that is served where it is not New's in the group version it is installed in
// (pods/eviction is policy/v1 Eviction).
type GroupVersionKindProvider interface {
	GroupVersionKind(containing schema.GroupVersion) schema.GroupVersionKind
}

// GroupVersionAcceptor is a storage whose bodies may be in other versions of its kind than the one that is served
// (pods/eviction still takes policy/v1beta1). Without it, only that one is accepted.
type GroupVersionAcceptor interface {
	AcceptsGroupVersion(gv schema.GroupVersion) bool
}

// StorageVersionProvider names the kind as which objects are stored, where it is not the served one.
type StorageVersionProvider interface {
	StorageVersion() schema.GroupVersionKind
}

// SingularNameProvider, ShortNamesProvider and CategoriesProvider give the other names under which kubectl finds a
// resource: pod, po, all.
type (
	SingularNameProvider interface{ GetSingularName() string }
	ShortNamesProvider   interface{ ShortNames() []string }
	CategoriesProvider   interface{ Categories() []string }
)

// Getter reads one object.
type Getter interface {
	Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error)
}

// GetterWithOptions is a Getter whose query parameters have a type of their own (pods/log).
type GetterWithOptions interface {
	// Get receives the options that the query was decoded into.
	Get(ctx context.Context, name string, options runtime.Object) (runtime.Object, error)
	// NewGetOptions returns empty options; subpath is the option's name for the rest of the path, "" where there is none.
	NewGetOptions() (options runtime.Object, subpath string)
}

// Lister reads the objects that match.
type Lister interface {
	// NewList returns an empty list, of which only the kind matters.
	NewList() runtime.Object
	List(ctx context.Context, options *metainternalversion.ListOptions) (runtime.Object, error)
	TableConvertor
}

// TableConvertor shows an object or a list as the table that kubectl get prints.
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

// SubresourceObjectMetaPreserver is a subresource whose bodies are about an object that exists: the uid that a client sends with a
// create is a condition, and is not cleared (pods/binding). Upstream: rest.SubresourceObjectMetaPreserver.
type SubresourceObjectMetaPreserver interface {
	PreserveRequestObjectMetaSystemFieldsOnSubresourceCreate() bool
}

// CreateOptions are the client's options and the server's last word.
type CreateOptions struct {
	metav1.CreateOptions
	// Validate sees the object as it will be stored, after defaults and the strategy; its error refuses. Nil: none.
	Validate ValidateFunc
}

// Updater replaces an object with what Update.Mutate makes of it.
type Updater interface {
	New() runtime.Object
	// Update returns the stored object and whether it was created. The object called name must exist, unless the resource
	// can be created by updating.
	Update(ctx context.Context, name string, update *Update) (obj runtime.Object, created bool, err error)
}

// Patcher is an Updater whose objects can be read, so that a patch has something to apply to.
type Patcher interface {
	Getter
	Updater
}

// Update says how the new object follows from the old one. Upstream: rest.UpdatedObjectInfo and Update's parameters.
type Update struct {
	Options metav1.UpdateOptions
	// Mutate returns the new object; old is as stored (an empty object where none exists), and may be changed. It runs
	// again after a lost race.
	Mutate func(ctx context.Context, old runtime.Object) (runtime.Object, error)
	// Preconditions that the stored object must meet; nil: none.
	Preconditions *metav1.Preconditions
	// AllowCreate creates the object even where the strategy says no (server-side apply).
	AllowCreate bool
	// Validate sees the object as it will be stored, and the old one (nil: none exists); its error refuses. Nil: none.
	Validate ValidateFunc
}

// GracefulDeleter deletes an object, at once or after a grace period or when its finalizers are gone.
type GracefulDeleter interface {
	// Delete returns the object or a Status, and whether it is gone now (false: it will be).
	Delete(ctx context.Context, name string, options *DeleteOptions) (obj runtime.Object, immediately bool, err error)
}

// MayReturnFullObjectDeleter is a GracefulDeleter that says whether it answers with the object that is gone: what the API
// says of itself (chapter 11) is then that object, in place of a Status.
type MayReturnFullObjectDeleter interface {
	DeleteReturnsDeletedObject() bool
}

// CollectionDeleter deletes all that match.
type CollectionDeleter interface {
	// DeleteCollection returns the list of what it deleted.
	DeleteCollection(ctx context.Context, options *DeleteOptions, list *metainternalversion.ListOptions) (runtime.Object, error)
}

// DeleteOptions are the client's options and the server's last word.
type DeleteOptions struct {
	metav1.DeleteOptions
	// Validate sees each object, as old, before it is deleted; its error refuses. Nil: none.
	Validate ValidateFunc
}

// Watcher reports changes as they happen.
type Watcher interface {
	Watch(ctx context.Context, options *metainternalversion.ListOptions) (watch.Interface, error)
}

// Connecter hands a connection over (pods/exec, pods/proxy).
type Connecter interface {
	Connect(ctx context.Context, name string, options runtime.Object, responder Responder) (http.Handler, error)
	// NewConnectOptions as GetterWithOptions.NewGetOptions.
	NewConnectOptions() (options runtime.Object, subpath string)
	// ConnectMethods are the HTTP methods that it takes.
	ConnectMethods() []string
}

// Responder writes an object or an error in the form that the client asked for.
type Responder interface {
	Object(status int, obj runtime.Object)
	Error(err error)
}

// Redirector names the place to which a client should go instead.
type Redirector interface {
	ResourceLocation(ctx context.Context, name string) (location string, transport http.RoundTripper, err error)
}

// StandardStorage is all that an ordinary resource does: what the Store of chapter 6 implements.
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
