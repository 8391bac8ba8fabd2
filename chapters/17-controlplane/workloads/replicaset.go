package workloads

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

type replicaSet = appsv1.ReplicaSet

// replicaSets is the strategy of replica sets. Upstream: pkg/registry/apps/replicaset.
var replicaSets = resource.SpecStatus[replicaSet, *replicaSet]{
	Strategy:            registry.Namespaced{},
	Spec:                func(r *replicaSet) any { return &r.Spec },
	Status:              func(r *replicaSet) any { return &r.Status },
	PrepareFunc:         func(r *replicaSet) { podspec.DropDisabledTemplateFields(&r.Spec.Template) },
	ValidateWithOldFunc: validateReplicaSet,
	WarningsWithOldFunc: warnReplicaSet,
}

func warnReplicaSet(_ context.Context, r, old *replicaSet) []string {
	switch {
	case old == nil:
		return append(warnName(r), warnTemplate(&r.Spec.Template)...)
	case specUnchanged(r, old):
		return nil
	}
	return warnTemplate(&r.Spec.Template)
}

// validateReplicaSet checks the spec. The message about an empty selector says deployment, as upstream's does.
func validateReplicaSet(_ context.Context, r, old *replicaSet) field.ErrorList {
	s, path := &r.Spec, field.NewPath("spec")
	pods := podSet{selector: s.Selector, template: &s.Template, path: path, kind: "deployment"}
	if old != nil {
		pods.stored = &old.Spec.Template
	}
	errs := validateNonNegative(path, counted("replicas", s.Replicas), []count{{"minReadySeconds", int64(s.MinReadySeconds)}})
	errs = append(errs, pods.validateSelector()...)
	errs = append(errs, pods.validateReplicas()...)
	if old != nil {
		errs = append(errs, validate.Immutable(path.Child("selector"), s.Selector, old.Spec.Selector)...)
	}
	return errs
}

func validateReplicaSetStatus(_ context.Context, r, _ *replicaSet) field.ErrorList {
	s, path := &r.Status, field.NewPath("status")
	labelled := count{"fullyLabeledReplicas", int64(s.FullyLabeledReplicas)}
	ready := count{"readyReplicas", int64(s.ReadyReplicas)}
	available := count{"availableReplicas", int64(s.AvailableReplicas)}
	errs := validateNonNegative(path, []count{{"replicas", int64(s.Replicas)}, labelled, ready, available,
		{"observedGeneration", s.ObservedGeneration}}, counted("terminatingReplicas", s.TerminatingReplicas))
	errs = append(errs, validateAtMost(path, s.Replicas, "status.replicas", labelled, ready, available)...)
	return append(errs, validateAtMost(path, s.ReadyReplicas, "readyReplicas", available)...)
}

func replicaSetScale(s *registry.Store, _ *resource.Dependencies) map[string]rest.Storage {
	return map[string]rest.Storage{"scale": resource.ScaleREST[replicaSet, *replicaSet]{
		Store:    s,
		Replicas: func(r *replicaSet) *int32 { return orNewZero(&r.Spec.Replicas) },
		Status:   func(r *replicaSet) int32 { return r.Status.Replicas },
		Selector: func(r *replicaSet) string { return selectorText(r.Spec.Selector) },
	}}
}

// replicaSetColumns are the columns of kubectl get replicasets.
var replicaSetColumns = resource.Table[replicaSet, *replicaSet]{
	Columns: append([]resource.Column{
		resource.NameColumn(),
		{Name: "Desired", Type: "integer", Description: appsv1.ReplicaSetSpec{}.SwaggerDoc()["replicas"]},
		{Name: "Current", Type: "integer", Description: appsv1.ReplicaSetStatus{}.SwaggerDoc()["replicas"]},
		{Name: "Ready", Type: "integer", Description: appsv1.ReplicaSetStatus{}.SwaggerDoc()["readyReplicas"]},
		resource.AgeColumn(),
	}, wideColumns(appsv1.ReplicaSetSpec{}.SwaggerDoc()["selector"])...),
	Cells: func(r *replicaSet) []any {
		names, images := podspec.ContainerCells(r.Spec.Template.Spec.Containers)
		return []any{r.Name, int64(valueOf(r.Spec.Replicas)), int64(r.Status.Replicas), int64(r.Status.ReadyReplicas),
			resource.AgeOf(r), names, images, metav1.FormatLabelSelector(r.Spec.Selector)}
	},
}
