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

// Definition is one resource of the table. The zero value of each field means the ordinary case.
// Upstream: what the NewREST of each package below k8s.io/kubernetes/pkg/registry puts together.
type Definition struct {
	Kind       string // Pod
	Name       string // pods
	ShortNames []string
	All        bool     // kubectl get all shows it
	Categories []string // other names of groups of resources to which it belongs
	Strategy   registry.Strategy
	KeyRoot    string // where it is irregular: /minions

	// Status answers for the subresource status; nil: there is none.
	Status registry.Strategy
	// SelectableFields is what field selectors see beside metadata.name and metadata.namespace; nil: nothing. Of an empty
	// object it returns every field that it knows. Upstream: ToSelectableFields.
	SelectableFields func(runtime.Object) fields.Set
	// FieldLabelAliases are more names of some of these fields (spec.host for spec.nodeName); nil: none.
	FieldLabelAliases map[string]string
	// UnsupportedFieldLabel is the message about a field that is none of these, which %q or %s stands for; "": that of
	// most kinds.
	UnsupportedFieldLabel string
	// Columns is what kubectl get prints; nil: name and time of creation.
	Columns rest.TableConvertor
	// ReturnDeleted answers a delete with the object instead of a Status.
	ReturnDeleted bool
	// ObjectMeta and StatusObjectMeta are how the validation of the kind, and of its status, look at metadata.
	ObjectMeta, StatusObjectMeta registry.ObjectMetaValidation
	// ConfigureStore changes the Store (hooks, TTL, Decorator) once it is made; nil: nothing.
	ConfigureStore func(s *registry.Store, deps *Dependencies)
	// Subresources are the ones beside status, by name; nil: none.
	Subresources func(s *registry.Store, deps *Dependencies) map[string]rest.Storage
	// WrapStore is what is served over the Store, where that has less or other verbs (namespaces); nil: the Store.
	WrapStore func(s *registry.Store) rest.Storage
	// SameAs serves the objects of another row, of another version or group, as this row's Kind: one Store, one key in
	// etcd, and the subresources too. Only Kind and Name are the row's own; how the kinds convert stands in the table of
	// chapter 13. The other row must stand in a group above this one's. Empty: the row keeps its objects itself.
	//
	//	{Kind: "HorizontalPodAutoscaler", Name: "horizontalpodautoscalers",
	//		SameAs: autoscalingv2.SchemeGroupVersion.WithResource("horizontalpodautoscalers")}, // in autoscaling/v1
	SameAs schema.GroupVersionResource
	// NewREST makes what answers in place of a Store, for what is not stored (componentstatuses); nil: a Store.
	NewREST func(deps *Dependencies) rest.Storage
}

// Dependencies are what a resource may use of the rest of the control plane.
type Dependencies struct {
	// Store finds the Store of another resource of the table; nil where it is not served. It may be called once all are
	// made: when requests come, not while rows are built.
	Store func(schema.GroupResource) *registry.Store
	// Settings by type: each group's package defines what it can be told by flags (an address range, a TTL) and finds it
	// with Setting.
	Settings []any

	// OpenStorage makes a storage for what a row keeps beside its objects (which ports are taken), under a key root of its own;
	// its name as a resource decides in which etcd.
	OpenStorage func(name schema.GroupResource, root string, newFunc func() runtime.Object) storage.Interface
	// NewFieldManager makes the field manager of an endpoint; see LoopbackClient. Nil: nobody manages fields.
	NewFieldManager func(*rest.RequestScope) rest.FieldManager
	// AddPostStartHook has the server do something beside answering requests. It may be called while storages are made,
	// not later.
	AddPostStartHook func(PostStartHook)
}

// DependentStrategy is a strategy that looks at other resources: WithDependencies returns the one that is used.
type DependentStrategy interface {
	WithDependencies(*Dependencies) registry.Strategy
}

// PostStartHook is what a server does beside answering requests. Upstream: genericapiserver.PostStartHookFunc.
type PostStartHook struct {
	Name string
	// Start runs once, as soon as the server serves; it is not ready before Start has returned, and ends where that
	// fails. Nil: nothing.
	Start func(context.Context) error
	// Run runs after Start until its context ends; the server waits for its return. Nil: nothing.
	Run func(context.Context)
}

// Setting finds the settings of type T; the zero value where there are none.
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

// Singular is the name of one object: the kind's in lower case.
func (d Definition) Singular() string { return strings.ToLower(d.Kind) }

// Key is the root below which the objects lie in etcd, under the prefix (/registry).
func (d Definition) Key() string {
	if d.KeyRoot != "" {
		return d.KeyRoot
	}
	return "/" + d.Name
}

// Attrs is what selectors see of the row's objects; nil: what they see of any object.
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
