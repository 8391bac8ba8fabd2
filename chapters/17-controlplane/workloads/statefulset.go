package workloads

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/core"
	"kubepath/chapters/17-controlplane/resource"
)

type statefulSet = appsv1.StatefulSet

// statefulSets: the pods are called after the set, and names of pods are labels of hosts.
var statefulSets = statefulSetStrategy{resource.SpecStatus[statefulSet, *statefulSet]{
	Strategy:            registry.Namespaced{},
	ValidateNameFunc:    apivalidation.NameIsDNSLabel,
	Spec:                func(s *statefulSet) any { return &s.Spec },
	Status:              func(s *statefulSet) any { return &s.Status },
	PrepareFunc:         func(s *statefulSet) { core.DropAlpha(&s.Spec.Template) },
	ValidateWithOldFunc: validateStatefulSet,
	WarningsWithOldFunc: warnStatefulSet,
}}

// statefulSetStrategy drops a field that is not switched on: how many pods a rollout may take away at once.
// Upstream: pkg/registry/apps/statefulset, and its feature MaxUnavailableStatefulSet.
type statefulSetStrategy struct {
	resource.SpecStatus[statefulSet, *statefulSet]
}

func (s statefulSetStrategy) PrepareForCreate(ctx context.Context, obj runtime.Object) {
	dropMaxUnavailable(obj.(*statefulSet), nil)
	s.SpecStatus.PrepareForCreate(ctx, obj)
}

func (s statefulSetStrategy) PrepareForUpdate(ctx context.Context, obj, old runtime.Object) {
	dropMaxUnavailable(obj.(*statefulSet), old.(*statefulSet))
	s.SpecStatus.PrepareForUpdate(ctx, obj, old)
}

// dropMaxUnavailable keeps the field where it is stored already.
func dropMaxUnavailable(s, old *statefulSet) {
	rolling := s.Spec.UpdateStrategy.RollingUpdate
	if rolling == nil || rolling.MaxUnavailable == nil {
		return
	}
	if old != nil && old.Spec.UpdateStrategy.RollingUpdate != nil && old.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable != nil {
		return
	}
	without := *rolling
	without.MaxUnavailable = nil
	s.Spec.UpdateStrategy.RollingUpdate = &without
}

func warnStatefulSet(_ context.Context, s, old *statefulSet) []string {
	var lines []string
	if old == nil || !unaltered(s, old) {
		lines = warnTemplate(&s.Spec.Template)
	}
	for i := range s.Spec.VolumeClaimTemplates {
		at := field.NewPath("spec", "volumeClaimTemplates").Index(i)
		if old != nil {
			at = at.Child("Spec") // so upstream says it
		}
		lines = append(lines, warnClaim(&s.Spec.VolumeClaimTemplates[i].Spec, at)...)
	}
	if limit := s.Spec.RevisionHistoryLimit; limit != nil && *limit < 0 {
		lines = append(lines, "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended")
	}
	return lines
}

func validateStatefulSetStatus(_ context.Context, set, old *statefulSet) field.ErrorList {
	s, path := &set.Status, field.NewPath("status")
	ready := count{"readyReplicas", int64(s.ReadyReplicas)}
	current := count{"currentReplicas", int64(s.CurrentReplicas)}
	updated := count{"updatedReplicas", int64(s.UpdatedReplicas)}
	available := count{"availableReplicas", int64(s.AvailableReplicas)}
	errs := notNegative(path, []count{{"replicas", int64(s.Replicas)}, ready, current, updated, available,
		{"observedGeneration", s.ObservedGeneration}}, counted("collisionCount", s.CollisionCount))
	errs = append(errs, atMost(path, s.Replicas, "status.replicas", ready, current, updated, available)...)
	errs = append(errs, atMost(path, s.ReadyReplicas, "status.readyReplicas", available)...)
	return append(errs, notBack(path, s.CollisionCount, old.Status.CollisionCount)...)
}

func statefulSetScale(s *registry.Store, _ *resource.Dependencies) map[string]rest.Storage {
	return map[string]rest.Storage{"scale": resource.ScaleREST[statefulSet, *statefulSet]{
		Store:    s,
		Replicas: func(s *statefulSet) *int32 { return made(&s.Spec.Replicas) },
		Status:   func(s *statefulSet) int32 { return s.Status.Replicas },
		Selector: func(s *statefulSet) string { return selectorText(s.Spec.Selector) },
	}}
}

// statefulSetColumns is what kubectl get statefulsets shows.
var statefulSetColumns = resource.Table[statefulSet, *statefulSet]{
	Columns: append([]resource.Column{
		resource.NameColumn(),
		{Name: "Ready", Description: "Number of the pod with ready state"},
		resource.AgeColumn(),
	}, core.TemplateColumns()...),
	Cells: func(s *statefulSet) []any {
		names, images := core.ContainerCells(s.Spec.Template.Spec.Containers)
		return []any{s.Name, outOf(s.Status.ReadyReplicas, s.Spec.Replicas), resource.AgeOf(s), names, images}
	},
}
