package registry

import (
	"context"

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
