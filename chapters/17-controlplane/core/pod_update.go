package core

import (
	"fmt"
	"math"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// changeable is what an update may change of a spec.
var changeable = []string{
	"`spec.containers[*].image`", "`spec.initContainers[*].image`", "`spec.activeDeadlineSeconds`",
	"`spec.tolerations` (only additions to existing tolerations)",
	"`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
}

// ValidatePodUpdate checks a pod that replaces another: by itself, and as a change of a thing that runs already.
// Upstream: validation.ValidatePodUpdate.
func ValidatePodUpdate(pod, before *corev1.Pod) field.ErrorList {
	o := optionsForPod(before)
	found := validatePodMetadataAndSpec(pod, o)
	found = append(found, annotationChanges(pod, before, o)...)
	for _, kind := range []struct {
		name     string
		now, was []corev1.Container
	}{
		{"containers", pod.Spec.Containers, before.Spec.Containers},
		{"initContainers", pod.Spec.InitContainers, before.Spec.InitContainers},
	} {
		if len(kind.now) != len(kind.was) {
			return append(found, field.Forbidden(specPath.Child(kind.name), "pod updates may not add or remove containers"))
		}
		found = append(found, images(kind.now, specPath.Child(kind.name))...)
	}
	late, stop := laterDeadline(pod.Spec.ActiveDeadlineSeconds, before.Spec.ActiveDeadlineSeconds)
	found = append(found, late...)
	if stop {
		return found
	}
	found = append(found, onlyMoreTolerations(pod.Spec.Tolerations, before.Spec.Tolerations, o)...)
	found = append(found, onlyFewerGates(pod.Spec.SchedulingGates, before.Spec.SchedulingGates)...)
	if equality.Semantic.DeepEqual(&pod.Spec, &before.Spec) {
		return found
	}
	rest, narrowed := withoutChangeable(&pod.Spec, &before.Spec)
	found = append(found, narrowed...)
	if !equality.Semantic.DeepEqual(rest, &before.Spec) {
		found = append(found, field.Forbidden(specPath, fmt.Sprintf("pod updates may not change fields other than %s\n%v",
			strings.Join(changeable, ","), resource.Diff(internalSpec{&before.Spec}, internalSpec{rest}))))
	}
	return found
}

func images(containers []corev1.Container, path *field.Path) field.ErrorList {
	var found field.ErrorList
	for i := range containers {
		found = append(found, required(path.Index(i).Child("image"), containers[i].Image)...)
		found = append(found, trimmedImage(&containers[i], path.Index(i))...)
	}
	return found
}

// laterDeadline: time may be taken away, not given. stop: the rest is not worth looking at.
func laterDeadline(now, was *int64) (found field.ErrorList, stop bool) {
	path := specPath.Child("activeDeadlineSeconds")
	switch {
	case now == nil && was == nil:
		return nil, false
	case now == nil:
		return field.ErrorList{field.Invalid(path, now, "must not update from a positive integer to nil value")}, false
	case *now < 0 || *now > math.MaxInt32:
		return within(path, *now, 0, math.MaxInt32), true
	case was != nil && *was < *now:
		return field.ErrorList{field.Invalid(path, *now, "must be less than or equal to previous value")}, true
	}
	return nil, false
}

// onlyMoreTolerations: what is tolerated stays so, for another time perhaps.
func onlyMoreTolerations(now, was []corev1.Toleration, o Options) field.ErrorList {
	path := specPath.Child("tolerations")
	for _, old := range was {
		kept := false
		for _, t := range now {
			old.TolerationSeconds = t.TolerationSeconds
			kept = kept || old == t
		}
		if !kept {
			return field.ErrorList{field.Forbidden(path, "existing toleration can not be modified except its tolerationSeconds")}
		}
	}
	return ValidateTolerations(now, path, o)
}

func onlyFewerGates(now, was []corev1.PodSchedulingGate) field.ErrorList {
	added := map[string]int{}
	for i, gate := range now {
		added[gate.Name] = i
	}
	for _, gate := range was {
		delete(added, gate.Name)
	}
	var found field.ErrorList
	for name, i := range added {
		found = append(found, field.Forbidden(specPath.Child("schedulingGates").Index(i).Child("name"),
			fmt.Sprintf("only deletion is allowed, but found new scheduling gate '%s'", name)))
	}
	return found
}

// withoutChangeable is the new spec with everything from the old one that may change: what is left of the difference is
// forbidden. While gates hold the pod back, where it may run can be narrowed too.
func withoutChangeable(now, was *corev1.PodSpec) (*corev1.PodSpec, field.ErrorList) {
	spec := now.DeepCopy()
	for i := range spec.Containers {
		spec.Containers[i].Image = was.Containers[i].Image
	}
	for i := range spec.InitContainers {
		spec.InitContainers[i].Image = was.InitContainers[i].Image
	}
	if len(spec.Containers) == 0 {
		spec.Containers = nil // none, however that was written
	}
	if len(spec.InitContainers) == 0 {
		spec.InitContainers = nil
	}
	spec.ActiveDeadlineSeconds = was.ActiveDeadlineSeconds
	spec.SchedulingGates = was.SchedulingGates
	spec.Tolerations = was.Tolerations
	if deref(was.TerminationGracePeriodSeconds, 0) < 0 && deref(spec.TerminationGracePeriodSeconds, 0) == 1 {
		spec.TerminationGracePeriodSeconds = was.TerminationGracePeriodSeconds
	}
	if len(was.SchedulingGates) == 0 {
		return spec, nil
	}
	return spec, takeNarrowed(spec, was)
}
