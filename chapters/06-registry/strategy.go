package registry

import (
	"context"

	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Strategy is what differs between resources: the Store runs the same steps for each and asks the strategy at the
// marked places. A resource embeds Namespaced or ClusterScoped, which answer every question, and overrides what it
// must. Upstream: rest.RESTCreateStrategy, RESTUpdateStrategy and RESTDeleteStrategy.
//
// A strategy that takes back what clients write to some fields says so as a rest.ResetFieldsStrategy.
type Strategy interface {
	NamespaceScoped() bool
	RESTCreateStrategy
	RESTUpdateStrategy
}

// As returns a strategy as the optional interface T, or the first strategy below it that implements T. A strategy that
// embeds another one as a Strategy hides its optional methods: its method Unwrap names the strategy below.
func As[T any](s Strategy) (optional T, ok bool) {
	for {
		if optional, ok = s.(T); ok {
			return optional, true
		}
		wrapper, wraps := s.(interface{ Unwrap() Strategy })
		if !wraps {
			return optional, false
		}
		s = wrapper.Unwrap()
	}
}

// RESTCreateStrategy is asked on the way of a new object, in the order of the methods.
type RESTCreateStrategy interface {
	// PrepareForCreate clears and sets what clients may not decide: status, generation.
	PrepareForCreate(ctx context.Context, obj runtime.Object)
	// ValidateName says what is wrong with a name, or with the prefix of a generated one.
	ValidateName(name string, prefix bool) []string
	// Validate checks what is outside of metadata, and what the resource demands of metadata beyond the name's form.
	// The Store itself has checked metadata.
	Validate(ctx context.Context, obj runtime.Object) field.ErrorList
	// WarningsOnCreate are lines for the client of an object that is valid.
	WarningsOnCreate(ctx context.Context, obj runtime.Object) []string
	// Canonicalize brings a valid object into the form in which it is stored.
	Canonicalize(obj runtime.Object)
}

// RESTUpdateStrategy is asked on the way of a changed object, in the order of the methods.
type RESTUpdateStrategy interface {
	// AllowCreateOnUpdate: a PUT to a name that does not exist creates.
	AllowCreateOnUpdate() bool
	// AllowUnconditionalUpdate: a PUT without resourceVersion overwrites.
	AllowUnconditionalUpdate() bool
	// PrepareForUpdate puts back what this client may not change, and raises the generation where the spec changed. It
	// may take parts of old into obj; it does not change old.
	PrepareForUpdate(ctx context.Context, obj, old runtime.Object)
	// ValidateUpdate is to an update what Validate is to a create: it also checks obj by itself.
	ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList
	WarningsOnUpdate(ctx context.Context, obj, old runtime.Object) []string
	Canonicalize(obj runtime.Object)
}

// RESTGracefulDeleteStrategy is a strategy whose objects get time to end (pods).
// Upstream: rest.RESTGracefulDeleteStrategy.
type RESTGracefulDeleteStrategy interface {
	// CheckGracefulDelete sets options.GracePeriodSeconds (never left nil with true); false deletes at once. obj is
	// read-only.
	CheckGracefulDelete(ctx context.Context, obj runtime.Object, options *metav1.DeleteOptions) bool
}

// GarbageCollectionDeleteStrategy is a strategy with a default propagation policy of its own (Jobs and ReplicationControllers orphan;
// events are GarbageCollectionUnsupported). Upstream: rest.GarbageCollectionDeleteStrategy.
type GarbageCollectionDeleteStrategy interface {
	DefaultGarbageCollectionPolicy(ctx context.Context) metav1.DeletionPropagation
}

// GarbageCollectionUnsupported as default propagation: objects of the resource take no part in garbage collection, so that no
// propagation policy ever leaves a finalizer on them. Upstream: rest.Unsupported.
const GarbageCollectionUnsupported metav1.DeletionPropagation = "NotCollected"

var (
	_ Strategy = Namespaced{}
	_ Strategy = ClusterScoped{}
)

// Namespaced is the strategy of an ordinary resource whose objects live in a namespace, to be embedded: names are
// DNS subdomains, every content is valid, a PUT without resourceVersion overwrites and a PUT never creates.
type Namespaced struct{ defaultStrategy }

// NamespaceScoped is true.
func (Namespaced) NamespaceScoped() bool { return true }

// ClusterScoped is Namespaced for objects that live beside the namespaces.
type ClusterScoped struct{ defaultStrategy }

// NamespaceScoped is false.
func (ClusterScoped) NamespaceScoped() bool { return false }

// defaultStrategy holds the answers that do not depend on the scope.
type defaultStrategy struct{}

func (defaultStrategy) PrepareForCreate(context.Context, runtime.Object)                 {}
func (defaultStrategy) Validate(context.Context, runtime.Object) field.ErrorList         { return nil }
func (defaultStrategy) WarningsOnCreate(context.Context, runtime.Object) []string        { return nil }
func (defaultStrategy) Canonicalize(runtime.Object)                                      {}
func (defaultStrategy) AllowCreateOnUpdate() bool                                        { return false }
func (defaultStrategy) AllowUnconditionalUpdate() bool                                   { return true }
func (defaultStrategy) PrepareForUpdate(_ context.Context, _, _ runtime.Object)          {}
func (defaultStrategy) WarningsOnUpdate(_ context.Context, _, _ runtime.Object) []string { return nil }

func (defaultStrategy) ValidateUpdate(_ context.Context, _, _ runtime.Object) field.ErrorList {
	return nil
}

func (defaultStrategy) ValidateName(name string, prefix bool) []string {
	return validation.NameIsDNSSubdomain(name, prefix)
}
