package exercise

import (
	appsv1 "k8s.io/api/apps/v1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// setDeployment completes a Deployment of apps/v1.
func setDeployment(d *appsv1.Deployment) {
	completeTemplate(&d.Spec.Template)
	point(&d.Spec.Replicas, 1)
	point(&d.Spec.RevisionHistoryLimit, 10)
	point(&d.Spec.ProgressDeadlineSeconds, 600)
	s := &d.Spec.Strategy
	if s.Type == "" {
		s.Type = appsv1.RollingUpdateDeploymentStrategyType
	}
	if s.Type == appsv1.RollingUpdateDeploymentStrategyType {
		point(&s.RollingUpdate, appsv1.RollingUpdateDeployment{})
		point(&s.RollingUpdate.MaxSurge, intstr.FromString("25%"))
		point(&s.RollingUpdate.MaxUnavailable, intstr.FromString("25%"))
	}
}

// setOldDeployment completes one of extensions/v1beta1.
func setOldDeployment(d *extensionsv1beta1.Deployment) {
	completeTemplate(&d.Spec.Template)
	point(&d.Spec.Replicas, 1)
	point(&d.Spec.RevisionHistoryLimit, 10)
	point(&d.Spec.ProgressDeadlineSeconds, 600)
	s := &d.Spec.Strategy
	if s.Type == "" {
		s.Type = extensionsv1beta1.RollingUpdateDeploymentStrategyType
	}
	if s.Type == extensionsv1beta1.RollingUpdateDeploymentStrategyType {
		point(&s.RollingUpdate, extensionsv1beta1.RollingUpdateDeployment{})
		point(&s.RollingUpdate.MaxSurge, intstr.FromString("25%"))
		point(&s.RollingUpdate.MaxUnavailable, intstr.FromString("25%"))
	}
}

// point gives a field that says nothing a value of its own.
func point[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}
