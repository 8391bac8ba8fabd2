package registry

import (
	"context"

	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Strategy is what differs between resources: the Store runs the same steps for all of them and calls the strategy in
// some. A resource embeds Namespaced or ClusterScoped, which implement every method, and overrides what it must.
// Upstream: rest.RESTCreateStrategy, RESTUpdateStrategy and RESTDeleteStrategy.
//
// A strategy that resets fields which clients write also implements rest.ResetFieldsStrategy.
type Strategy interface {
	NamespaceScoped() bool
	RESTCreateStrategy
	RESTUpdateStrategy
}

// As returns s as the optional interface T if it implements T, or else the first strategy that s wraps and that does. A
// strategy that embeds another one as a Strategy hides the optional methods of that one; its method Unwrap returns it.
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

// RESTCreateStrategy is called for a create, in the order of the methods.
type RESTCreateStrategy interface {
	// PrepareForCreate clears and sets the fields that clients may not set: status, generation.
	PrepareForCreate(ctx context.Context, obj runtime.Object)
	// ValidateName returns what is wrong with a name, or with the prefix of a generated one.
	ValidateName(name string, prefix bool) []string
	// Validate checks everything but metadata, and what the resource requires of metadata beyond the Store's checks.
	Validate(ctx context.Context, obj runtime.Object) field.ErrorList
	// WarningsOnCreate returns warnings to the client about a valid object.
	WarningsOnCreate(ctx context.Context, obj runtime.Object) []string
	// Canonicalize brings a valid object into the form in which it is stored.
	Canonicalize(obj runtime.Object)
}

// RESTUpdateStrategy is called for an update, in the order of the methods.
type RESTUpdateStrategy interface {
	// AllowCreateOnUpdate: a PUT to a name that does not exist creates.
	AllowCreateOnUpdate() bool
	// AllowUnconditionalUpdate: a PUT without resourceVersion overwrites.
	AllowUnconditionalUpdate() bool
	// PrepareForUpdate resets the fields that this client may not change, and raises the generation if the spec changed. It
	// may copy references from old into obj; it does not change old.
	PrepareForUpdate(ctx context.Context, obj, old runtime.Object)
	// ValidateUpdate checks obj by itself, as Validate does, and as a change of old.
	ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList
	WarningsOnUpdate(ctx context.Context, obj, old runtime.Object) []string
	Canonicalize(obj runtime.Object)
}

// RESTGracefulDeleteStrategy is a strategy whose objects are deleted gracefully (pods).
// Upstream: rest.RESTGracefulDeleteStrategy.
type RESTGracefulDeleteStrategy interface {
	// CheckGracefulDelete returns true after it has set options.GracePeriodSeconds, or false for an object that is deleted
	// at once. obj is read-only.
	CheckGracefulDelete(ctx context.Context, obj runtime.Object, options *metav1.DeleteOptions) bool
}

// GarbageCollectionDeleteStrategy is a strategy with its own default propagation policy (Jobs and ReplicationControllers
// orphan; events are GarbageCollectionUnsupported). Upstream: rest.GarbageCollectionDeleteStrategy.
type GarbageCollectionDeleteStrategy interface {
	DefaultGarbageCollectionPolicy(ctx context.Context) metav1.DeletionPropagation
}

// GarbageCollectionUnsupported is the default of a resource that takes no part in garbage collection: no propagation
// policy adds a finalizer to its objects. Upstream: rest.Unsupported.
const GarbageCollectionUnsupported metav1.DeletionPropagation = "NotCollected"

var (
	_ Strategy = Namespaced{}
	_ Strategy = ClusterScoped{}
)

// Namespaced is the default strategy of a namespaced resource, to be embedded: names are DNS subdomains, every content is
// valid, a PUT without resourceVersion overwrites, and a PUT never creates.
type Namespaced struct{ defaultStrategy }

// NamespaceScoped is true.
func (Namespaced) NamespaceScoped() bool { return true }

// ClusterScoped is Namespaced for objects without a namespace.
type ClusterScoped struct{ defaultStrategy }

// NamespaceScoped is false.
func (ClusterScoped) NamespaceScoped() bool { return false }

// defaultStrategy has the methods that do not depend on the scope.
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
