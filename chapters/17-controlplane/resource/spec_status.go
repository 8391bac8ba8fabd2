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

// SpecStatus is the strategy of a kind with a spec that clients write and a status that controllers write, each through
// its own path: a create begins without status, a PUT to the object keeps the status as it is, and the generation
// counts changes of the spec. Embed it, or use it as it is.
type SpecStatus[T any, P Object[T]] struct {
	registry.Strategy // Namespaced or ClusterScoped

	Spec   func(P) any // a pointer to the spec; nil: the kind has no generation
	Status func(P) any // a pointer to the status; nil: the kind has none
	// Also is what the generation counts beside the spec; nil: nothing. Uncounted: there is a spec, but no generation.
	Also      func(P) any
	Uncounted bool
	// NilIsNotEmpty: what the generation counts is compared as Go does (reflect.DeepEqual), to which nil and empty are
	// different, and so are an object as a client sent it and the same one as it was stored.
	NilIsNotEmpty bool
	// Default sets what depends on more than the type's own defaults; nil: nothing.
	Default func(obj P)
	// Check and CheckUpdate are the validation; nil: everything is valid. CheckUpdate is asked beside Check.
	Check       func(ctx context.Context, obj P) field.ErrorList
	CheckUpdate func(ctx context.Context, obj, old P) field.ErrorList
	// CheckWith is a Check that lets pass what was stored as it is: old is nil on a create. Nil: everything is valid.
	CheckWith func(ctx context.Context, obj, old P) field.ErrorList
	// WarnWith is Warn with the object before the change: old is nil on a create. Nil: none.
	WarnWith func(ctx context.Context, obj, old P) []string
	// Warn returns lines for the client; nil: none.
	Warn func(ctx context.Context, obj P) []string
	// Name says what is wrong with a name; nil: as the embedded strategy does (a DNS subdomain).
	Name func(name string, prefix bool) []string
	// Canon brings a valid object into the form in which it is stored; nil: it is.
	Canon func(obj P)
	// Bare: through the status nothing of the metadata changes.
	Bare bool
	// Creating: a PUT to a name that does not exist creates.
	Creating bool
	// Conditional: a PUT must carry a resourceVersion.
	Conditional bool
	// Propagation is what becomes of dependents where a delete does not say; "": they are collected in the background.
	Propagation metav1.DeletionPropagation
}

// PrepareForCreate empties the status and sets generation 1.
func (s SpecStatus[T, P]) PrepareForCreate(_ context.Context, obj runtime.Object) {
	object := P(obj.(P))
	if s.Status != nil {
		replace(s.Status(object), s.Status(P(new(T))))
	}
	if s.Spec != nil && !s.Uncounted {
		setGeneration(obj, 1)
	}
	if s.Default != nil {
		s.Default(object)
	}
}

// PrepareForUpdate keeps the status and counts a change of the spec.
func (s SpecStatus[T, P]) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	object, before := P(obj.(P)), P(old.(P))
	if s.Status != nil {
		replace(s.Status(object), s.Status(before))
	}
	if s.Default != nil {
		s.Default(object)
	}
	if s.counts(object, before) {
		setGeneration(obj, generation(old)+1)
	}
}

// GetResetFields is the status, where there is one.
func (s SpecStatus[T, P]) GetResetFields() rest.ResetFields {
	if s.Status == nil {
		return nil
	}
	return rest.ResetFields{{"status"}}
}

// counts reports a change that raises the generation.
func (s SpecStatus[T, P]) counts(obj, old P) bool {
	if s.Spec == nil || s.Uncounted {
		return false
	}
	equal := equality.Semantic.DeepEqual
	if s.NilIsNotEmpty {
		equal = reflect.DeepEqual
	}
	return !equal(s.Spec(obj), s.Spec(old)) || s.Also != nil && !equal(s.Also(obj), s.Also(old))
}

func (s SpecStatus[T, P]) Validate(ctx context.Context, obj runtime.Object) field.ErrorList {
	return s.validate(ctx, obj.(P), nil)
}

// validate is what creates and updates have in common.
func (s SpecStatus[T, P]) validate(ctx context.Context, obj, old P) field.ErrorList {
	var faults field.ErrorList
	if s.Check != nil {
		faults = s.Check(ctx, obj)
	}
	if s.CheckWith != nil {
		faults = append(faults, s.CheckWith(ctx, obj, old)...)
	}
	return faults
}

func (s SpecStatus[T, P]) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	faults := s.validate(ctx, obj.(P), old.(P))
	if s.CheckUpdate != nil {
		faults = append(faults, s.CheckUpdate(ctx, obj.(P), old.(P))...)
	}
	return faults
}

func (s SpecStatus[T, P]) WarningsOnCreate(ctx context.Context, obj runtime.Object) []string {
	return s.warn(ctx, obj.(P), nil)
}

func (s SpecStatus[T, P]) WarningsOnUpdate(ctx context.Context, obj, old runtime.Object) []string {
	return s.warn(ctx, obj.(P), old.(P))
}

func (s SpecStatus[T, P]) warn(ctx context.Context, obj, old P) []string {
	var lines []string
	if s.Warn != nil {
		lines = s.Warn(ctx, obj)
	}
	if s.WarnWith != nil {
		lines = append(lines, s.WarnWith(ctx, obj, old)...)
	}
	return lines
}

func (s SpecStatus[T, P]) ValidateName(name string, prefix bool) []string {
	if s.Name == nil {
		return s.Strategy.ValidateName(name, prefix)
	}
	return s.Name(name, prefix)
}

func (s SpecStatus[T, P]) Canonicalize(obj runtime.Object) {
	if s.Canon != nil {
		s.Canon(obj.(P))
	}
}

func (s SpecStatus[T, P]) AllowCreateOnUpdate() bool { return s.Creating }

func (s SpecStatus[T, P]) AllowUnconditionalUpdate() bool { return !s.Conditional }

// DefaultGarbageCollectionPolicy is that of the field.
func (s SpecStatus[T, P]) DefaultGarbageCollectionPolicy(context.Context) metav1.DeletionPropagation {
	return s.Propagation
}

// OfStatus is the strategy of the subresource status of s: it keeps the spec as it is, and checks what check checks
// (nil: nothing). Metadata changes as with any update: a controller labels and annotates where it reports.
func (s SpecStatus[T, P]) OfStatus(check func(ctx context.Context, obj, old P) field.ErrorList) registry.Strategy {
	return statusOf[T, P]{SpecStatus: s, check: check}
}

type statusOf[T any, P Object[T]] struct {
	SpecStatus[T, P]
	check func(ctx context.Context, obj, old P) field.ErrorList
}

func (s statusOf[T, P]) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	object, before := P(obj.(P)), P(old.(P))
	if s.Spec != nil {
		replace(s.Spec(object), s.Spec(before))
	}
	if now, err := meta.Accessor(obj); err == nil && s.Bare {
		was, _ := meta.Accessor(old)
		metav1.ResetObjectMetaForStatus(now, was)
	}
}

// GetResetFields is all that PrepareForUpdate puts back.
func (s statusOf[T, P]) GetResetFields() rest.ResetFields {
	if s.Bare {
		return rest.ResetFields{{"metadata"}, {"spec"}}
	}
	return rest.ResetFields{{"spec"}}
}

func (s statusOf[T, P]) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	if s.check == nil {
		return nil
	}
	return s.check(ctx, obj.(P), old.(P))
}

func (s statusOf[T, P]) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}
