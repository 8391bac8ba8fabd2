package workloads

import (
	"context"
	"maps"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

type deployment = appsv1.Deployment

// deployments is the strategy of deployments. A new annotation increments the generation too, because the controller
// copies annotations to replica sets. Upstream: pkg/registry/apps/deployment.
var deployments = resource.SpecStatus[deployment, *deployment]{
	Strategy:            registry.Namespaced{},
	Spec:                func(d *deployment) any { return &d.Spec },
	Status:              func(d *deployment) any { return &d.Status },
	GenerationExtra:     func(d *deployment) any { return d.Annotations },
	PrepareFunc:         func(d *deployment) { podspec.DropDisabledTemplateFields(&d.Spec.Template) },
	ValidateWithOldFunc: validateDeployment,
	WarningsWithOldFunc: warnDeployment,
}

func warnDeployment(_ context.Context, d, old *deployment) []string {
	switch {
	case old == nil:
		return append(warnName(d), warnTemplate(&d.Spec.Template)...)
	case specUnchanged(d, old):
		return nil
	}
	return warnTemplate(&d.Spec.Template)
}

var deploymentStatus = deploymentStatusStrategy{deployments.StatusStrategy(validateDeploymentStatus)}

// deploymentStatusStrategy resets labels as well as the spec. Other workloads let a status update change labels.
type deploymentStatusStrategy struct{ registry.Strategy }

// Unwrap returns the wrapped strategy, for its optional interfaces; see registry.As.
func (s deploymentStatusStrategy) Unwrap() registry.Strategy { return s.Strategy }

var _ rest.ResetFieldsStrategy = deploymentStatusStrategy{}

func (s deploymentStatusStrategy) PrepareForUpdate(ctx context.Context, obj, old runtime.Object) {
	s.Strategy.PrepareForUpdate(ctx, obj, old)
	d, before := obj.(*deployment), old.(*deployment)
	d.Labels = before.Labels
	keepRollback(d, before)
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (deploymentStatusStrategy) GetResetFields() rest.ResetFields {
	return rest.ResetFields{{"spec"}, {"metadata", "labels"}}
}

// keepRollback resets the annotation for rollbackTo: it was a field of the spec, so a status update must not change it.
func keepRollback(d, old *deployment) {
	revision, asked := old.Annotations[appsv1.DeprecatedRollbackTo]
	if now, ok := d.Annotations[appsv1.DeprecatedRollbackTo]; ok == asked && now == revision {
		return
	}
	d.Annotations = maps.Clone(d.Annotations)
	delete(d.Annotations, appsv1.DeprecatedRollbackTo)
	if asked {
		metav1.SetMetaDataAnnotation(&d.ObjectMeta, appsv1.DeprecatedRollbackTo, revision)
	}
}

func validateDeployment(_ context.Context, d, old *deployment) field.ErrorList {
	s, path := &d.Spec, field.NewPath("spec")
	pods := podSet{selector: s.Selector, template: &s.Template, path: path, kind: "deployment"}
	if old != nil {
		pods.stored = &old.Spec.Template
	}
	errs := validateNonNegative(path, counted("replicas", s.Replicas))
	errs = append(errs, pods.validateSelector()...)
	errs = append(errs, pods.validateReplicas()...)
	errs = append(errs, validateDeploymentStrategy(path.Child("strategy"), &s.Strategy)...)
	errs = append(errs, validateNonNegative(path, []count{{"minReadySeconds", int64(s.MinReadySeconds)}},
		counted("revisionHistoryLimit", s.RevisionHistoryLimit))...)
	if revision, err := strconv.ParseInt(d.Annotations[appsv1.DeprecatedRollbackTo], 10, 64); err == nil {
		errs = append(errs, validateNonNegative(path.Child("rollback"), []count{{"version", revision}})...)
	}
	errs = append(errs, validateNonNegative(path, counted("progressDeadlineSeconds", s.ProgressDeadlineSeconds))...)
	if s.ProgressDeadlineSeconds != nil && *s.ProgressDeadlineSeconds <= s.MinReadySeconds {
		errs = append(errs, field.Invalid(path.Child("progressDeadlineSeconds"), *s.ProgressDeadlineSeconds,
			"must be greater than minReadySeconds"))
	}
	if old != nil {
		errs = append(errs, validate.Immutable(path.Child("selector"), s.Selector, old.Spec.Selector)...)
	}
	return errs
}

func validateDeploymentStrategy(path *field.Path, s *appsv1.DeploymentStrategy) field.ErrorList {
	rolling := path.Child("rollingUpdate")
	switch s.Type {
	case appsv1.RecreateDeploymentStrategyType:
		if s.RollingUpdate != nil {
			return field.ErrorList{field.Forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'")}
		}
		return nil
	case appsv1.RollingUpdateDeploymentStrategyType:
		if s.RollingUpdate == nil {
			return field.ErrorList{field.Required(rolling, "this should be defaulted and never be nil")}
		}
		return validateRollingDeployment(rolling, s.RollingUpdate)
	}
	shown := s.DeepCopy()
	if r := shown.RollingUpdate; r != nil {
		orNewZero(&r.MaxUnavailable)
		orNewZero(&r.MaxSurge)
	}
	return field.ErrorList{field.NotSupported(path, shown,
		[]appsv1.DeploymentStrategyType{appsv1.RecreateDeploymentStrategyType, appsv1.RollingUpdateDeploymentStrategyType})}
}

// validateRollingDeployment: maxUnavailable and maxSurge are not both 0, because such an update could replace no pod.
func validateRollingDeployment(path *field.Path, r *appsv1.RollingUpdateDeployment) field.ErrorList {
	unavailable, surge := valueOf(r.MaxUnavailable), valueOf(r.MaxSurge)
	errs := validateIntOrPercent(path.Child("maxUnavailable"), unavailable)
	errs = append(errs, validateIntOrPercent(path.Child("maxSurge"), surge)...)
	if isNone(unavailable) && isNone(surge) {
		errs = append(errs, field.Invalid(path.Child("maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0"))
	}
	return append(errs, validateShare(path.Child("maxUnavailable"), unavailable)...)
}

func validateDeploymentStatus(_ context.Context, d, old *deployment) field.ErrorList {
	s, path := &d.Status, field.NewPath("status")
	updated := count{"updatedReplicas", int64(s.UpdatedReplicas)}
	ready := count{"readyReplicas", int64(s.ReadyReplicas)}
	available := count{"availableReplicas", int64(s.AvailableReplicas)}
	errs := validateNonNegative(path, []count{
		{"observedGeneration", s.ObservedGeneration}, {"replicas", int64(s.Replicas)}, updated, ready, available,
		{"unavailableReplicas", int64(s.UnavailableReplicas)},
	}, counted("terminatingReplicas", s.TerminatingReplicas), counted("collisionCount", s.CollisionCount))
	errs = append(errs, validateAtMost(path, s.Replicas, "status.replicas", updated, ready, available)...)
	errs = append(errs, validateAtMost(path, s.ReadyReplicas, "readyReplicas", available)...)
	return append(errs, validateCollisionCount(path, s.CollisionCount, old.Status.CollisionCount)...)
}

func deploymentScale(s *registry.Store, _ *resource.Dependencies) map[string]rest.Storage {
	return map[string]rest.Storage{"scale": resource.ScaleREST[deployment, *deployment]{
		Store:    s,
		Replicas: func(d *deployment) *int32 { return orNewZero(&d.Spec.Replicas) },
		Status:   func(d *deployment) int32 { return d.Status.Replicas },
		Selector: func(d *deployment) string { return selectorText(d.Spec.Selector) },
	}}
}

// deploymentColumns are the columns of kubectl get deployments.
var deploymentColumns = resource.Table[deployment, *deployment]{
	Columns: append([]resource.Column{
		resource.NameColumn(),
		{Name: "Ready", Description: "Number of the pod with ready state"},
		{Name: "Up-to-date", Description: appsv1.DeploymentStatus{}.SwaggerDoc()["updatedReplicas"]},
		{Name: "Available", Description: appsv1.DeploymentStatus{}.SwaggerDoc()["availableReplicas"]},
		resource.AgeColumn(),
	}, wideColumns(appsv1.DeploymentSpec{}.SwaggerDoc()["selector"])...),
	Cells: func(d *deployment) []any {
		names, images := podspec.ContainerCells(d.Spec.Template.Spec.Containers)
		return []any{d.Name, countOf(d.Status.ReadyReplicas, d.Spec.Replicas), int64(d.Status.UpdatedReplicas),
			int64(d.Status.AvailableReplicas), resource.AgeOf(d), names, images, selectorText(d.Spec.Selector)}
	},
}
