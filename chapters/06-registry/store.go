package registry

import (
	"context"
	"maps"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

// Store implements rest.StandardStorage for one resource over a storage.Interface. It holds the algorithm that all
// resources share; the fields hold what differs. The zero value of each optional field means the usual behaviour.
// A Store may be copied: a subresource is the parent's Store with another Strategy.
// Upstream: k8s.io/apiserver/pkg/registry/generic/registry.Store.
type Store struct {
	Kind            schema.GroupVersionKind // of NewFunc's objects: v1 Pod
	Resource        schema.GroupResource    // in keys and errors: pods
	Singular        string
	Short           []string
	InCategoryAll   bool     // in the category all
	OtherCategories []string // the other categories
	NewFunc         func() runtime.Object

	Storage  storage.Interface
	Strategy Strategy

	// KeyRoot is the prefix of the objects' keys; "": the resource's name without its group, e.g. /pods.
	KeyRoot string
	// KeyFunc returns an object's key, ObjectNameFunc its name; nil: the usual ones.
	KeyFunc        func(ctx context.Context, name string) (string, error)
	ObjectNameFunc func(obj runtime.Object) (string, error)

	// AttrFunc returns the labels and fields that selectors see; nil: labels and metadata.name, metadata.namespace.
	AttrFunc storage.AttrFunc
	// TTLFunc returns how many seconds an object is stored, 0: for ever; existing is how many remain. Nil: for ever.
	TTLFunc func(obj runtime.Object, existing uint64, update bool) (uint64, error)

	// Hooks; each may be nil. Decorator changes a copy of each object that is read. A Begin hook runs before the write; the
	// FinishFunc that it returns, which may be nil, is called exactly once, with the outcome. An After hook gets the
	// object that was written, which is read-only.
	Decorator   func(runtime.Object)
	BeginCreate func(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (FinishFunc, error)
	BeginUpdate func(ctx context.Context, obj, old runtime.Object, update *rest.Update) (FinishFunc, error)
	AfterCreate func(obj runtime.Object, options *rest.CreateOptions)
	AfterUpdate func(obj runtime.Object, update *rest.Update)
	AfterDelete func(obj runtime.Object, options *rest.DeleteOptions)
	// ShouldDeleteDuringUpdate tells whether an object that is being deleted, and that an update leaves without finalizers,
	// is deleted now: a namespace also has finalizers in its spec. Nil: yes.
	ShouldDeleteDuringUpdate func(ctx context.Context, obj, old runtime.Object) bool

	// ReturnDeletedObject: a delete returns the object instead of a Status.
	ReturnDeletedObject bool
	// ObjectMeta says which checks of metadata the kind's own validation makes.
	ObjectMeta ObjectMetaValidation
	// RenderErrors changes how the answer to an invalid object quotes values and fields; nil: as they are.
	RenderErrors func(field.ErrorList) field.ErrorList
	// DeleteCollectionWorkers is how many objects a deletecollection deletes at a time; 0: 1.
	DeleteCollectionWorkers int
	// StorageKind is the kind in which objects are stored; empty: Kind.
	StorageKind schema.GroupVersionKind
	// TableConvertor turns objects into rows of a table; nil: name and time of creation.
	TableConvertor rest.TableConvertor
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// DestroyFunc is called by Destroy, perhaps more than once; nil: there is nothing to stop.
	DestroyFunc func()
}

// FinishFunc ends what a Begin hook began. success tells whether the object was written.
type FinishFunc func(ctx context.Context, success bool)

var (
	_ rest.StandardStorage        = (*Store)(nil)
	_ rest.Patcher                = (*Store)(nil)
	_ rest.StorageVersionProvider = (*Store)(nil)
	_ rest.SingularNameProvider   = (*Store)(nil)
	_ rest.ShortNamesProvider     = (*Store)(nil)
	_ rest.CategoriesProvider     = (*Store)(nil)

	_ rest.MayReturnFullObjectDeleter = (*Store)(nil)
)

// now returns the current time in whole seconds, as metadata holds it: the wire format has no fractions.
func (s *Store) now() metav1.Time {
	clock := s.Now
	if clock == nil {
		clock = time.Now
	}
	return metav1.NewTime(clock().Truncate(time.Second))
}

// call calls a FinishFunc that is not nil.
func (f FinishFunc) call(ctx context.Context, success bool) {
	if f != nil {
		f(ctx, success)
	}
}

// invalid is the answer to an object with errors.
func (s *Store) invalid(name string, errs field.ErrorList) error {
	if s.RenderErrors != nil {
		errs = s.RenderErrors(errs)
	}
	return rest.NewInvalid(s.Kind.GroupKind(), name, errs)
}

// New returns an empty object of the Store's kind.
func (s *Store) New() runtime.Object { return s.NewFunc() }

// NewList returns an empty *kinds.List: PodList for the kind Pod.
func (s *Store) NewList() runtime.Object { return s.newList() }

func (s *Store) newList() *kinds.List {
	apiVersion, kind := s.Kind.GroupVersion().WithKind(s.Kind.Kind + "List").ToAPIVersionAndKind()
	return &kinds.List{TypeMeta: metav1.TypeMeta{APIVersion: apiVersion, Kind: kind}, Items: []runtime.Object{}}
}

// NamespaceScoped is the strategy's answer.
func (s *Store) NamespaceScoped() bool { return s.Strategy.NamespaceScoped() }

// StorageVersion is the kind in which objects are stored.
func (s *Store) StorageVersion() schema.GroupVersionKind {
	if s.StorageKind.Empty() {
		return s.Kind
	}
	return s.StorageKind
}

// GetSingularName is the resource's name for one object.
func (s *Store) GetSingularName() string { return s.Singular }

// ShortNames are the abbreviations that kubectl knows.
func (s *Store) ShortNames() []string { return s.Short }

// Categories are the names of groups of resources to which this one belongs.
func (s *Store) Categories() []string {
	if s.InCategoryAll {
		return append([]string{"all"}, s.OtherCategories...)
	}
	return s.OtherCategories
}

// SelectableFields are the fields that a field selector may name, sorted: those that AttrFunc returns for an empty object.
// Upstream keeps them in the scheme's field label conversions.
func (s *Store) SelectableFields() []string {
	if s.AttrFunc != nil {
		if _, known, err := s.AttrFunc(s.NewFunc()); err == nil {
			return slices.Sorted(maps.Keys(known))
		}
	}
	return []string{"metadata.name", "metadata.namespace"}
}

// DeleteReturnsDeletedObject returns ReturnDeletedObject.
func (s *Store) DeleteReturnsDeletedObject() bool { return s.ReturnDeletedObject }

// ReadinessCheck is the storage's. Upstream: rest.StorageWithReadiness.
func (s *Store) ReadinessCheck() error { return s.Storage.ReadinessCheck() }

// Destroy calls DestroyFunc.
func (s *Store) Destroy() {
	if s.DestroyFunc != nil {
		s.DestroyFunc()
	}
}

// ConvertToTable is TableConvertor's or, without one, a table of names and times of creation.
// Upstream: rest.NewDefaultTableConvertor.
func (s *Store) ConvertToTable(ctx context.Context, object, tableOptions runtime.Object) (*metav1.Table, error) {
	tables := s.TableConvertor
	if tables == nil {
		tables = rest.NewDefaultTableConvertor(s.Resource)
	}
	return tables.ConvertToTable(ctx, object, tableOptions)
}

// GetResetFields are the strategy's, if it is a rest.ResetFieldsStrategy; otherwise none.
func (s *Store) GetResetFields() rest.ResetFields {
	if strategy, ok := As[rest.ResetFieldsStrategy](s.Strategy); ok {
		return strategy.GetResetFields()
	}
	return nil
}

var _ rest.ResetFieldsStrategy = (*Store)(nil)
