package resource

import (
	"context"
	"reflect"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

// Object is a pointer to an API type T.
type Object[T any] interface {
	*T
	runtime.Object
}

// SpecStatus is the strategy of a kind with a spec that clients write, and a status that controllers write through the
// subresource status. A create clears the status, an update of the object keeps the stored status, and the generation
// counts changes of the spec. Embed it, or use it as it is.
type SpecStatus[T any, P Object[T]] struct {
	registry.Strategy // Namespaced or ClusterScoped

	Spec   func(P) any // a pointer to the spec; nil: the kind has no generation
	Status func(P) any // a pointer to the status; nil: the kind has none
	// GenerationExtra returns another part whose changes increment the generation (a Deployment's annotations); nil: none.
	GenerationExtra func(P) any
	// NoGeneration: the kind has a spec, but no generation.
	NoGeneration bool
	// NilIsNotEmpty: the generation compares with reflect.DeepEqual, for which nil and empty are different. An object
	// that a client sends can then differ from the same object after it was stored.
	NilIsNotEmpty bool
	// PrepareFunc changes an object before validation, on create and update: it clears fields of features that are off,
	// and sets fields that depend on others. Nil: nothing.
	PrepareFunc func(obj P)
	// ValidateFunc validates on create and update, ValidateUpdateFunc on update only; nil: everything is valid.
	ValidateFunc       func(ctx context.Context, obj P) field.ErrorList
	ValidateUpdateFunc func(ctx context.Context, obj, old P) field.ErrorList
	// ValidateWithOldFunc is a ValidateFunc that may accept invalid values that old has already; old is nil on create.
	// Nil: everything is valid.
	ValidateWithOldFunc func(ctx context.Context, obj, old P) field.ErrorList
	// WarningsWithOldFunc is WarningsFunc with the stored object; old is nil on create. Nil: none.
	WarningsWithOldFunc func(ctx context.Context, obj, old P) []string
	// WarningsFunc returns warnings for the client; nil: none.
	WarningsFunc func(ctx context.Context, obj P) []string
	// ValidateNameFunc returns messages about an invalid name; nil: as the embedded strategy (a DNS subdomain).
	ValidateNameFunc func(name string, prefix bool) []string
	// CanonicalizeFunc normalizes an object after validation; nil: nothing.
	CanonicalizeFunc func(obj P)
	// ResetObjectMetaForStatus: an update of the status does not change metadata.
	ResetObjectMetaForStatus bool
	// CreateOnUpdate: a PUT creates an object that does not exist.
	CreateOnUpdate bool
	// ForbidUnconditionalUpdate: a PUT must have a resourceVersion.
	ForbidUnconditionalUpdate bool
	// Propagation is the default propagation policy of deletes; "": dependents are deleted in the background.
	Propagation metav1.DeletionPropagation
}

// PrepareForCreate clears the status and sets the generation to 1.
func (s SpecStatus[T, P]) PrepareForCreate(_ context.Context, obj runtime.Object) {
	object := P(obj.(P))
	if s.Status != nil {
		replace(s.Status(object), s.Status(P(new(T))))
	}
	if s.Spec != nil && !s.NoGeneration {
		setGeneration(obj, 1)
	}
	if s.PrepareFunc != nil {
		s.PrepareFunc(object)
	}
}

// PrepareForUpdate keeps the stored status, and increments the generation if the spec changed.
func (s SpecStatus[T, P]) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	object, before := P(obj.(P)), P(old.(P))
	if s.Status != nil {
		replace(s.Status(object), s.Status(before))
	}
	if s.PrepareFunc != nil {
		s.PrepareFunc(object)
	}
	if s.raisesGeneration(object, before) {
		setGeneration(obj, generation(old)+1)
	}
}

// GetResetFields returns status, if there is one.
func (s SpecStatus[T, P]) GetResetFields() rest.ResetFields {
	if s.Status == nil {
		return nil
	}
	return rest.ResetFields{{"status"}}
}

// raisesGeneration reports whether the change increments the generation.
func (s SpecStatus[T, P]) raisesGeneration(obj, old P) bool {
	if s.Spec == nil || s.NoGeneration {
		return false
	}
	equal := equality.Semantic.DeepEqual
	if s.NilIsNotEmpty {
		equal = reflect.DeepEqual
	}
	return !equal(s.Spec(obj), s.Spec(old)) || s.GenerationExtra != nil && !equal(s.GenerationExtra(obj), s.GenerationExtra(old))
}

func (s SpecStatus[T, P]) Validate(ctx context.Context, obj runtime.Object) field.ErrorList {
	return s.validate(ctx, obj.(P), nil)
}

// validate is the validation that create and update share.
func (s SpecStatus[T, P]) validate(ctx context.Context, obj, old P) field.ErrorList {
	var errs field.ErrorList
	if s.ValidateFunc != nil {
		errs = s.ValidateFunc(ctx, obj)
	}
	if s.ValidateWithOldFunc != nil {
		errs = append(errs, s.ValidateWithOldFunc(ctx, obj, old)...)
	}
	return errs
}

func (s SpecStatus[T, P]) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	errs := s.validate(ctx, obj.(P), old.(P))
	if s.ValidateUpdateFunc != nil {
		errs = append(errs, s.ValidateUpdateFunc(ctx, obj.(P), old.(P))...)
	}
	return errs
}

func (s SpecStatus[T, P]) WarningsOnCreate(ctx context.Context, obj runtime.Object) []string {
	return s.warn(ctx, obj.(P), nil)
}

func (s SpecStatus[T, P]) WarningsOnUpdate(ctx context.Context, obj, old runtime.Object) []string {
	return s.warn(ctx, obj.(P), old.(P))
}

func (s SpecStatus[T, P]) warn(ctx context.Context, obj, old P) []string {
	var lines []string
	if s.WarningsFunc != nil {
		lines = s.WarningsFunc(ctx, obj)
	}
	if s.WarningsWithOldFunc != nil {
		lines = append(lines, s.WarningsWithOldFunc(ctx, obj, old)...)
	}
	return lines
}

func (s SpecStatus[T, P]) ValidateName(name string, prefix bool) []string {
	if s.ValidateNameFunc == nil {
		return s.Strategy.ValidateName(name, prefix)
	}
	return s.ValidateNameFunc(name, prefix)
}

func (s SpecStatus[T, P]) Canonicalize(obj runtime.Object) {
	if s.CanonicalizeFunc != nil {
		s.CanonicalizeFunc(obj.(P))
	}
}

// Unwrap returns the embedded strategy; see registry.As.
func (s SpecStatus[T, P]) Unwrap() registry.Strategy { return s.Strategy }

func (s SpecStatus[T, P]) AllowCreateOnUpdate() bool { return s.CreateOnUpdate }

func (s SpecStatus[T, P]) AllowUnconditionalUpdate() bool { return !s.ForbidUnconditionalUpdate }

// DefaultGarbageCollectionPolicy returns Propagation.
func (s SpecStatus[T, P]) DefaultGarbageCollectionPolicy(context.Context) metav1.DeletionPropagation {
	return s.Propagation
}

// StatusStrategy returns the strategy of the subresource status: it keeps the stored spec, and validates with
// validateUpdate (nil: everything is valid). It may change metadata, because controllers also set labels and
// annotations.
func (s SpecStatus[T, P]) StatusStrategy(validateUpdate func(ctx context.Context, obj, old P) field.ErrorList) registry.Strategy {
	return statusStrategy[T, P]{SpecStatus: s, validateUpdate: validateUpdate}
}

type statusStrategy[T any, P Object[T]] struct {
	SpecStatus[T, P]
	validateUpdate func(ctx context.Context, obj, old P) field.ErrorList
}

func (s statusStrategy[T, P]) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	object, before := P(obj.(P)), P(old.(P))
	if s.Spec != nil {
		replace(s.Spec(object), s.Spec(before))
	}
	if now, err := meta.Accessor(obj); err == nil && s.ResetObjectMetaForStatus {
		was, _ := meta.Accessor(old)
		metav1.ResetObjectMetaForStatus(now, was)
	}
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (s statusStrategy[T, P]) GetResetFields() rest.ResetFields {
	if s.ResetObjectMetaForStatus {
		return rest.ResetFields{{"metadata"}, {"spec"}}
	}
	return rest.ResetFields{{"spec"}}
}

func (s statusStrategy[T, P]) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	if s.validateUpdate == nil {
		return nil
	}
	return s.validateUpdate(ctx, obj.(P), old.(P))
}

func (s statusStrategy[T, P]) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}
