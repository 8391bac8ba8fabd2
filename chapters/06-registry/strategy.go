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
type Strategy interface {
	NamespaceScoped() bool
	CreateStrategy
	UpdateStrategy
}

// CreateStrategy is asked on the way of a new object.
type CreateStrategy interface {
	// PrepareForCreate clears and sets what clients may not decide: status, generation.
	PrepareForCreate(ctx context.Context, obj runtime.Object)
	// ValidateName says what is wrong with a name, or with the prefix of a generated one.
	ValidateName(name string, prefix bool) []string
	Validate(ctx context.Context, obj runtime.Object) field.ErrorList
	WarningsOnCreate(ctx context.Context, obj runtime.Object) []string
	Canonicalize(obj runtime.Object)
}

// UpdateStrategy is asked on the way of a changed object.
type UpdateStrategy interface {
	// AllowCreateOnUpdate: a PUT to a name that does not exist creates.
	AllowCreateOnUpdate() bool
	// AllowUnconditionalUpdate: a PUT without resourceVersion overwrites.
	AllowUnconditionalUpdate() bool
	PrepareForUpdate(ctx context.Context, obj, old runtime.Object)
	ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList
	WarningsOnUpdate(ctx context.Context, obj, old runtime.Object) []string
	Canonicalize(obj runtime.Object)
}

// GracefulDeleter is a strategy whose objects get time to end (pods).
type GracefulDeleter interface {
	// CheckGracefulDelete sets options.GracePeriodSeconds; false deletes at once.
	CheckGracefulDelete(ctx context.Context, obj runtime.Object, options *metav1.DeleteOptions) bool
}

// GarbageCollected is a strategy with a default propagation policy of its own (Jobs and ReplicationControllers orphan).
type GarbageCollected interface {
	DefaultPropagation(ctx context.Context) metav1.DeletionPropagation
}
