package resource

import (
	"context"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
)

// Definition is one resource of the table. The zero value of each field is the default.
// Upstream: the NewREST of each package below k8s.io/kubernetes/pkg/registry.
type Definition struct {
	Kind       string // Pod
	Name       string // pods
	ShortNames []string
	All        bool     // in the category all (kubectl get all)
	Categories []string // further categories
	Strategy   registry.Strategy
	KeyRoot    string // the root of keys in etcd, if it is not the name: /minions

	// Status is the strategy of the subresource status; nil: there is none.
	Status registry.Strategy
	// SelectableFields returns the fields for field selectors, besides metadata.name and metadata.namespace; nil: none.
	// For an empty object it returns all of them too. Upstream: ToSelectableFields.
	SelectableFields func(runtime.Object) fields.Set
	// FieldLabelAliases maps other names to some of these fields (spec.host to spec.nodeName); nil: none.
	FieldLabelAliases map[string]string
	// UnsupportedFieldLabel is the format of the error for any other field, with %q or %s for its name; "": the format of
	// most kinds.
	UnsupportedFieldLabel string
	// Columns are the columns of kubectl get; nil: name and creation time.
	Columns rest.TableConvertor
	// ReturnDeleted: the response to a delete is the object instead of a Status.
	ReturnDeleted bool
	// ObjectMeta and StatusObjectMeta say whether and when validation of the object, and of its status, checks metadata.
	ObjectMeta, StatusObjectMeta registry.ObjectMetaValidation
	// ConfigureStore changes the new Store (hooks, TTL, Decorator); nil: no change.
	ConfigureStore func(s *registry.Store, deps *Dependencies)
	// Subresources returns the subresources except for status, by name; nil: none.
	Subresources func(s *registry.Store, deps *Dependencies) map[string]rest.Storage
	// WrapStore returns the storage to serve instead of the Store, if it has fewer or other verbs (namespaces); nil:
	// the Store.
	WrapStore func(s *registry.Store) rest.Storage
	// SameAs names another row, of another version or group, whose objects and subresources this row serves as its
	// Kind: both use one Store and one key in etcd. The row sets only Kind and Name. Chapter 13 converts between the
	// kinds. The group of the other row must come before this one in the table. Empty: the row has a Store of its own.
	//
	//	{Kind: "HorizontalPodAutoscaler", Name: "horizontalpodautoscalers",
	//		SameAs: autoscalingv2.SchemeGroupVersion.WithResource("horizontalpodautoscalers")}, // in autoscaling/v1
	SameAs schema.GroupVersionResource
	// NewREST returns the storage of a resource that is not in etcd (componentstatuses); nil: the row has a Store.
	NewREST func(deps *Dependencies) rest.Storage
}

// Dependencies are the parts of the control plane that a resource may use.
type Dependencies struct {
	// Store returns the Store of another resource; nil: it is not served. Call it while serving a request, not while the
	// storages are made.
	Store func(schema.GroupResource) *registry.Store
	// Settings are values that flags set (an address range, a TTL). Each group's package defines its types of settings and
	// finds them by type; see Setting.
	Settings []any

	// OpenStorage opens a storage for data that a row stores beside its objects (the allocated ports), below its own
	// key root. name decides the etcd, as for resources.
	OpenStorage func(name schema.GroupResource, root string, newFunc func() runtime.Object) storage.Interface
	// NewFieldManager makes the field manager of an endpoint; see LoopbackClient. Nil: fields are not managed.
	NewFieldManager func(*rest.RequestScope) rest.FieldManager
	// AddPostStartHook adds a task that runs beside the requests. Call it while the storages are made, not later.
	AddPostStartHook func(PostStartHook)
}

// DependentStrategy is a strategy that reads other resources. WithDependencies returns the strategy to use.
type DependentStrategy interface {
	WithDependencies(*Dependencies) registry.Strategy
}

// PostStartHook is a task that a server runs beside the requests. Upstream: genericapiserver.PostStartHookFunc.
type PostStartHook struct {
	Name string
	// Start runs once when the server starts to serve. The server is ready after Start has returned, and stops if it
	// fails. Nil: nothing.
	Start func(context.Context) error
	// Run runs after Start until its context is cancelled. The server waits for it to return. Nil: nothing.
	Run func(context.Context)
}

// Setting returns the first setting of type T; the zero value if there is none.
func Setting[T any](deps *Dependencies) T {
	for _, s := range deps.Settings {
		if found, ok := s.(T); ok {
			return found
		}
	}
	var none T
	return none
}

// Group is one version of an API group with its resources.
type Group struct {
	schema.GroupVersion
	Resources []Definition
}

// Singular returns the singular name: the kind in lower case.
func (d Definition) Singular() string { return strings.ToLower(d.Kind) }

// Key returns the root of the objects' keys in etcd, below the prefix (/registry).
func (d Definition) Key() string {
	if d.KeyRoot != "" {
		return d.KeyRoot
	}
	return "/" + d.Name
}

// Attrs returns the function that gets labels and fields for selectors; nil: the one for any object.
func (d Definition) Attrs() storage.AttrFunc {
	if d.SelectableFields == nil {
		return nil
	}
	return func(obj runtime.Object) (labels.Set, fields.Set, error) {
		object, err := meta.Accessor(obj)
		if err != nil {
			return nil, nil, err
		}
		seen := d.SelectableFields(obj)
		seen["metadata.name"] = object.GetName()
		if d.Strategy.NamespaceScoped() {
			seen["metadata.namespace"] = object.GetNamespace()
		}
		return object.GetLabels(), seen, nil
	}
}
