package exercise

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/internal/tools/exercise"
)

// deploymentStrategy answers for deployments. Every obj and old is an *appsv1.Deployment (k8s.io/api/apps/v1).
type deploymentStrategy struct{ registry.Namespaced }

// PrepareForCreate clears and sets what a client may not decide.
func (deploymentStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	// TODO(you)
}

// PrepareForUpdate puts back what a client may not change, and counts. obj has old's generation when it comes here. old is
// read-only.
func (deploymentStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	// TODO(you): equality.Semantic.DeepEqual (k8s.io/apimachinery/pkg/api/equality) compares.
}

// Validate says what is wrong with a Deployment by itself.
func (deploymentStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	// TODO(you): metav1.LabelSelectorAsSelector makes a selector that can be asked.
	return field.ErrorList{field.InternalError(nil, exercise.ErrTODO)}
}

// ValidateUpdate says what is wrong with obj in place of old: as a change, and by itself.
func (deploymentStrategy) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	// TODO(you)
	return field.ErrorList{field.InternalError(nil, exercise.ErrTODO)}
}

// statusStrategy answers for deployments/status: the same Store, but another part of the object may be changed.
type statusStrategy struct{ deploymentStrategy }

// PrepareForUpdate lets a controller write the status, and nothing that belongs to the spec's writer: spec and labels.
func (statusStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	// TODO(you)
}

// ValidateUpdate of a status has nothing to say: the rest of the object is the stored one.
func (statusStrategy) ValidateUpdate(_ context.Context, _, _ runtime.Object) field.ErrorList {
	return nil
}
