package workloads

import (
	"context"
	"errors"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

type autoscaler = autoscalingv2.HorizontalPodAutoscaler

// autoscalers have no generation: their controller looks at the spec each time it measures.
// Upstream: pkg/registry/autoscaling/horizontalpodautoscaler.
var autoscalers = resource.SpecStatus[autoscaler, *autoscaler]{
	Strategy:            registry.Namespaced{},
	Spec:                func(a *autoscaler) any { return &a.Spec },
	Status:              func(a *autoscaler) any { return &a.Status },
	NoGeneration:        true,
	ValidateWithOldFunc: validateAutoscaler,
}

func validateAutoscaler(_ context.Context, a, old *autoscaler) field.ErrorList {
	s, path := &a.Spec, field.NewPath("spec")
	errs := validateBounds(s, old, path)
	errs = append(errs, validateReference(s.ScaleTargetRef, path.Child("scaleTargetRef"), targetVersion(a, old))...)
	errs = append(errs, validateMetrics(s, path.Child("metrics"), metricVersion(old))...)
	if b := s.Behavior; b != nil {
		errs = append(errs, validateScaling(b.ScaleUp, path.Child("behavior", "scaleUp"))...)
		errs = append(errs, validateScaling(b.ScaleDown, path.Child("behavior", "scaleDown"))...)
	}
	return errs
}

// validateBounds: between one and the maximum. Zero is let in only where it is stored.
func validateBounds(s *autoscalingv2.HorizontalPodAutoscalerSpec, old *autoscaler, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	least, minimum, maximum := int32(1), path.Child("minReplicas"), path.Child("maxReplicas")
	if old != nil && old.Spec.MinReplicas != nil && *old.Spec.MinReplicas == 0 {
		least = 0
	}
	if s.MinReplicas != nil && *s.MinReplicas < least {
		errs = append(errs, field.Invalid(minimum, *s.MinReplicas, fmt.Sprintf("must be greater than or equal to %d", least)))
	}
	switch {
	case s.MaxReplicas == 0:
		errs = append(errs, field.Required(maximum, "must be set and greater than 0"))
	case s.MaxReplicas < 0:
		errs = append(errs, field.Invalid(maximum, s.MaxReplicas, "must be greater than or equal to 1"))
	}
	if s.MinReplicas != nil && s.MaxReplicas < *s.MinReplicas {
		errs = append(errs, field.Invalid(maximum, s.MaxReplicas, "must be greater than or equal to `minReplicas`"))
	}
	return errs
}

// versionCheck says what is wrong with the apiVersion of a reference.
type versionCheck func(apiVersion string) error

func anyVersion(string) error { return nil }

// readableVersion: the core group may be meant.
func readableVersion(apiVersion string) error {
	_, err := schema.ParseGroupVersion(apiVersion)
	return err
}

// namedGroup: the group is part of the version.
func namedGroup(apiVersion string) error {
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err == nil && gv.Group == "" {
		return errors.New("apiVersion must specify API group")
	}
	return err
}

// targetVersion: nothing in the core group but a replication controller can be scaled. What is stored stays.
func targetVersion(a, old *autoscaler) versionCheck {
	ref := a.Spec.ScaleTargetRef
	switch {
	case old != nil && old.Spec.ScaleTargetRef.APIVersion == ref.APIVersion && old.Spec.ScaleTargetRef.Kind == ref.Kind:
		return anyVersion
	case ref.Kind == "ReplicationController":
		return readableVersion
	}
	return namedGroup
}

// metricVersion: an autoscaler with an unreadable version in a metric may keep them.
func metricVersion(old *autoscaler) versionCheck {
	if old == nil {
		return readableVersion
	}
	for _, m := range old.Spec.Metrics {
		if m.Type == autoscalingv2.ObjectMetricSourceType && m.Object != nil && readableVersion(m.Object.DescribedObject.APIVersion) != nil {
			return anyVersion
		}
	}
	return readableVersion
}

func validateReference(ref autoscalingv2.CrossVersionObjectReference, path *field.Path, version versionCheck) field.ErrorList {
	errs := validateSegment(ref.Kind, path.Child("kind"), "")
	errs = append(errs, validateSegment(ref.Name, path.Child("name"), "")...)
	if err := version(ref.APIVersion); err != nil {
		errs = append(errs, field.Invalid(path.Child("apiVersion"), ref.APIVersion, err.Error()))
	}
	return errs
}

// validateSegment: a name that can be a part of a path; missing says why it has to be there.
func validateSegment(name string, path *field.Path, missing string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, missing)}
	}
	var errs field.ErrorList
	for _, problem := range content.IsPathSegmentName(name) {
		errs = append(errs, field.Invalid(path, name, problem))
	}
	return errs
}

func validateAutoscalerStatus(_ context.Context, a, _ *autoscaler) field.ErrorList {
	return notNegative(field.NewPath("status"), []count{{"currentReplicas", int64(a.Status.CurrentReplicas)},
		{"desiredReplicas", int64(a.Status.DesiredReplicas)}})
}
