package exercise

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
)

// deploymentStrategy answers for deployments. Every obj and old is an *appsv1.Deployment (k8s.io/api/apps/v1).
type deploymentStrategy struct{ registry.Namespaced }

// PrepareForCreate clears and sets what a client may not decide.
func (deploymentStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	d := obj.(*appsv1.Deployment)
	d.Status = appsv1.DeploymentStatus{}
	d.Generation = 1
}

// PrepareForUpdate puts back what a client may not change, and counts. obj has old's generation when it comes here. old is
// read-only.
func (deploymentStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	now, before := obj.(*appsv1.Deployment), old.(*appsv1.Deployment)
	if !equality.Semantic.DeepEqual(now.Spec, before.Spec) ||
		!equality.Semantic.DeepEqual(now.Annotations, before.Annotations) {
		now.Generation = before.Generation + 1
	}
}

// Validate says what is wrong with a Deployment by itself.
func (deploymentStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	spec := &obj.(*appsv1.Deployment).Spec
	path := field.NewPath("spec")
	selector, err := metav1.LabelSelectorAsSelector(spec.Selector)
	if err != nil {
		return field.ErrorList{field.Invalid(path.Child("selector"), spec.Selector, "invalid label selector")}
	}
	if !selector.Matches(labels.Set(spec.Template.Labels)) {
		at := path.Child("template", "metadata", "labels")
		return field.ErrorList{field.Invalid(at, spec.Template.Labels, "`selector` does not match template `labels`")}
	}
	return nil
}

// ValidateUpdate says what is wrong with obj in place of old: as a change, and by itself.
func (s deploymentStrategy) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	now, before := obj.(*appsv1.Deployment), old.(*appsv1.Deployment)
	faults := s.Validate(ctx, obj)
	at := field.NewPath("spec", "selector")
	return append(faults, validation.ValidateImmutableField(now.Spec.Selector, before.Spec.Selector, at)...)
}

// statusStrategy answers for deployments/status: the same Store, but another part of the object may be changed.
type statusStrategy struct{ deploymentStrategy }

// PrepareForUpdate lets a controller write the status, and nothing that belongs to the spec's writer: spec and labels.
func (statusStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	now, before := obj.(*appsv1.Deployment), old.(*appsv1.Deployment)
	now.Spec, now.Labels = before.Spec, before.Labels
}

// ValidateUpdate of a status has nothing to say: the rest of the object is the stored one.
func (statusStrategy) ValidateUpdate(_ context.Context, _, _ runtime.Object) field.ErrorList {
	return nil
}
