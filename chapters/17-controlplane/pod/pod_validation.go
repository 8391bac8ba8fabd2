package pod

import (
	"fmt"
	"math"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// The roots of the paths of errors.
var (
	specPath        = field.NewPath("spec")
	statusPath      = field.NewPath("status")
	annotationsPath = field.NewPath("metadata", "annotations")
)

// ValidatePodCreate checks a new pod. Upstream: validation.ValidatePodCreate.
func ValidatePodCreate(pod *corev1.Pod) field.ErrorList {
	errs := validatePodMetadataAndSpec(pod, podspec.Options{Pod: true})
	if len(pod.Spec.EphemeralContainers) > 0 {
		errs = append(errs, field.Forbidden(specPath.Child("ephemeralContainers"), "cannot be set on create"))
	}
	if pod.Spec.NodeName != "" && len(pod.Spec.SchedulingGates) > 0 {
		errs = append(errs, field.Forbidden(specPath.Child("nodeName"), "cannot be set until all schedulingGates have been cleared"))
	}
	return append(errs, podspec.ValidateProfilesMatchAnnotations(specPath, &pod.ObjectMeta, &pod.Spec)...)
}

// validatePodMetadataAndSpec holds the rules of creates and updates. Upstream: validatePodMetadataAndSpec.
func validatePodMetadataAndSpec(pod *corev1.Pod, o podspec.Options) field.ErrorList {
	errs := podspec.ValidatePodAnnotations(annotationsPath, &pod.ObjectMeta, &pod.Spec, o)
	errs = append(errs, podspec.ValidatePodSpec(specPath, &pod.Spec, &pod.ObjectMeta, o)...)
	errs = append(errs, validateServiceAccountTokenVolume(&pod.Spec)...)
	errs = append(errs, podspec.ValidateImagesWithoutSpaces(specPath.Child("containers"), pod.Spec.Containers)...)
	return append(errs, podspec.ValidateImagesWithoutSpaces(specPath.Child("initContainers"), pod.Spec.InitContainers)...)
}

// validateServiceAccountTokenVolume: a pod with a token volume has a service account.
func validateServiceAccountTokenVolume(spec *corev1.PodSpec) field.ErrorList {
	if spec.ServiceAccountName != "" {
		return nil
	}
	var errs field.ErrorList
	for i := range spec.Volumes {
		p := spec.Volumes[i].Projected
		for j := 0; p != nil && j < len(p.Sources); j++ {
			if p.Sources[j].ServiceAccountToken != nil {
				path := specPath.Child("volumes").Index(i).Child("projected", "sources").Index(j).Child("serviceAccountToken")
				errs = append(errs, field.Forbidden(path, "must not be specified when serviceAccountName is not set"))
			}
		}
	}
	return errs
}

// optionsForPod returns the options for an update of a pod.
func optionsForPod(before *corev1.Pod) podspec.Options {
	o := podspec.OptionsFor(&before.ObjectMeta, &before.Spec)
	o.Pod = true
	return o
}

// changeable are the fields of a spec that an update may change, as the message lists them.
var changeable = []string{
	"`spec.containers[*].image`", "`spec.initContainers[*].image`", "`spec.activeDeadlineSeconds`",
	"`spec.tolerations` (only additions to existing tolerations)",
	"`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
}

// ValidatePodUpdate holds the rules of an update: those of a create, and which fields may change.
// Upstream: validation.ValidatePodUpdate.
func ValidatePodUpdate(pod, before *corev1.Pod) field.ErrorList {
	o := optionsForPod(before)
	errs := validatePodMetadataAndSpec(pod, o)
	errs = append(errs, podspec.ValidateAnnotationsUpdate(pod, before, o)...)
	for _, kind := range []struct {
		name     string
		now, was []corev1.Container
	}{
		{"containers", pod.Spec.Containers, before.Spec.Containers},
		{"initContainers", pod.Spec.InitContainers, before.Spec.InitContainers},
	} {
		if len(kind.now) != len(kind.was) {
			return append(errs, field.Forbidden(specPath.Child(kind.name), "pod updates may not add or remove containers"))
		}
		errs = append(errs, validateImagesUpdate(specPath.Child(kind.name), kind.now)...)
	}
	late, stop := laterDeadline(pod.Spec.ActiveDeadlineSeconds, before.Spec.ActiveDeadlineSeconds)
	errs = append(errs, late...)
	if stop {
		return errs
	}
	errs = append(errs, validateOnlyAddedTolerations(pod.Spec.Tolerations, before.Spec.Tolerations, o)...)
	errs = append(errs, validateOnlyDeletedSchedulingGates(pod.Spec.SchedulingGates, before.Spec.SchedulingGates)...)
	if equality.Semantic.DeepEqual(&pod.Spec, &before.Spec) {
		return errs
	}
	rest, narrowed := withoutChangeable(&pod.Spec, &before.Spec)
	errs = append(errs, narrowed...)
	if !equality.Semantic.DeepEqual(rest, &before.Spec) {
		errs = append(errs, field.Forbidden(specPath, fmt.Sprintf("pod updates may not change fields other than %s\n%v",
			strings.Join(changeable, ","), resource.Diff(&before.Spec, rest))))
	}
	return errs
}

func validateImagesUpdate(path *field.Path, containers []corev1.Container) field.ErrorList {
	var errs field.ErrorList
	for i := range containers {
		errs = append(errs, validate.Required(path.Index(i).Child("image"), containers[i].Image)...)
		errs = append(errs, podspec.ValidateImageWithoutSpaces(path.Index(i), &containers[i])...)
	}
	return errs
}

// laterDeadline: activeDeadlineSeconds may be set or lowered, not raised or removed. stop: the other rules are not checked.
func laterDeadline(now, was *int64) (errs field.ErrorList, stop bool) {
	path := specPath.Child("activeDeadlineSeconds")
	switch {
	case now == nil && was == nil:
		return nil, false
	case now == nil:
		return field.ErrorList{field.Invalid(path, now, "must not update from a positive integer to nil value")}, false
	case *now < 0 || *now > math.MaxInt32:
		return validate.InRange(path, *now, 0, math.MaxInt32), true
	case was != nil && *was < *now:
		return field.ErrorList{field.Invalid(path, *now, "must be less than or equal to previous value")}, true
	}
	return nil, false
}

// validateOnlyAddedTolerations: tolerations may be added, and tolerationSeconds of a stored one may change.
func validateOnlyAddedTolerations(now, was []corev1.Toleration, o podspec.Options) field.ErrorList {
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
	return podspec.ValidateTolerations(path, now, o)
}

func validateOnlyDeletedSchedulingGates(now, was []corev1.PodSchedulingGate) field.ErrorList {
	added := map[string]int{}
	for i, gate := range now {
		added[gate.Name] = i
	}
	for _, gate := range was {
		delete(added, gate.Name)
	}
	var errs field.ErrorList
	for name, i := range added {
		errs = append(errs, field.Forbidden(specPath.Child("schedulingGates").Index(i).Child("name"),
			fmt.Sprintf("only deletion is allowed, but found new scheduling gate '%s'", name)))
	}
	return errs
}

// withoutChangeable returns the new spec with all changeable fields taken from the old one: what still differs is forbidden.
// While the pod has scheduling gates, its node selector and node affinity may be narrowed.
func withoutChangeable(now, was *corev1.PodSpec) (*corev1.PodSpec, field.ErrorList) {
	spec := now.DeepCopy()
	for i := range spec.Containers {
		spec.Containers[i].Image = was.Containers[i].Image
	}
	for i := range spec.InitContainers {
		spec.InitContainers[i].Image = was.InitContainers[i].Image
	}
	if len(spec.Containers) == 0 {
		spec.Containers = nil // nil and empty are the same
	}
	if len(spec.InitContainers) == 0 {
		spec.InitContainers = nil
	}
	spec.ActiveDeadlineSeconds = was.ActiveDeadlineSeconds
	spec.SchedulingGates = was.SchedulingGates
	spec.Tolerations = was.Tolerations
	if ptr.Deref(was.TerminationGracePeriodSeconds, 0) < 0 && ptr.Deref(spec.TerminationGracePeriodSeconds, 0) == 1 {
		spec.TerminationGracePeriodSeconds = was.TerminationGracePeriodSeconds
	}
	if len(was.SchedulingGates) == 0 {
		return spec, nil
	}
	return spec, validateAndTakeNarrowedAffinity(spec, was)
}

// validateAndTakeNarrowedAffinity checks that the new node affinity is narrower than the old one, and then puts the old one
// into spec.
func validateAndTakeNarrowedAffinity(spec, was *corev1.PodSpec) field.ErrorList {
	var errs field.ErrorList
	if !equality.Semantic.DeepEqual(spec.NodeSelector, was.NodeSelector) {
		errs = validateOnlyAddedLabels(spec.NodeSelector, was.NodeSelector)
		spec.NodeSelector = was.NodeSelector
	}
	old, now := nodeAffinityOf(was), nodeAffinityOf(spec)
	if equality.Semantic.DeepEqual(old, now) {
		return errs
	}
	errs = append(errs, validateNodeAffinityNarrowed(now, old)...)
	switch a := spec.Affinity; {
	case a == nil: // old is not nil, because old and now differ
		spec.Affinity = &corev1.Affinity{NodeAffinity: old}
	case was.Affinity == nil && a.PodAntiAffinity == nil && a.PodAffinity == nil:
		spec.Affinity = nil
	default:
		a.NodeAffinity = old
	}
	return errs
}

func nodeAffinityOf(spec *corev1.PodSpec) *corev1.NodeAffinity {
	if spec.Affinity == nil {
		return nil
	}
	return spec.Affinity.NodeAffinity
}

func validateOnlyAddedLabels(now, was map[string]string) field.ErrorList {
	for key, value := range was {
		if v, ok := now[key]; !ok || v != value {
			return field.ErrorList{field.Invalid(specPath.Child("nodeSelector"), now,
				"only additions to spec.nodeSelector are allowed (no mutations or deletions)")}
		}
	}
	return nil
}

// validateNodeAffinityNarrowed: each required term stays and may get more requirements. Preferred terms may change.
func validateNodeAffinityNarrowed(now, was *corev1.NodeAffinity) field.ErrorList {
	old, terms := requiredNodes(was), requiredNodes(now)
	path := specPath.Child("affinity", "nodeAffinity", podspec.RequiredTerms, "nodeSelectorTerms")
	if len(old) > 0 && len(old) != len(terms) {
		return field.ErrorList{field.Invalid(path, terms, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")}
	}
	var errs field.ErrorList
	for i := range old {
		if !extends(&terms[i], &old[i]) {
			errs = append(errs, field.Invalid(path.Index(i), terms[i], "only additions are allowed (no mutations or deletions)"))
		}
	}
	return errs
}

func requiredNodes(a *corev1.NodeAffinity) []corev1.NodeSelectorTerm {
	if a == nil || a.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return nil
	}
	return a.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
}

// extends reports whether a term has all requirements of the old one. An empty term selects no node and cannot be extended.
func extends(now, was *corev1.NodeSelectorTerm) bool {
	if len(was.MatchExpressions)+len(was.MatchFields) == 0 {
		return len(now.MatchExpressions)+len(now.MatchFields) == 0
	}
	return begins(now.MatchExpressions, was.MatchExpressions) && begins(now.MatchFields, was.MatchFields)
}

func begins(list, with []corev1.NodeSelectorRequirement) bool {
	return len(list) >= len(with) && (len(with) == 0 || equality.Semantic.DeepEqual(list[:len(with)], with))
}

// ValidateEphemeralContainersUpdate: ephemeral containers may be added; stored ones do not change.
// Upstream: validation.ValidatePodEphemeralContainersUpdate.
func ValidateEphemeralContainersUpdate(pod, before *corev1.Pod) field.ErrorList {
	if podspec.IsMirror(before.Annotations) {
		return field.ErrorList{field.Forbidden(field.NewPath(""), "static pods do not support ephemeral containers")}
	}
	o := optionsForPod(before)
	errs := validatePodMetadataAndSpec(pod, o)
	errs = append(errs, podspec.ValidateAnnotationsUpdate(pod, before, o)...)
	path := specPath.Child("ephemeralContainers")
	now := map[string]*corev1.EphemeralContainer{}
	for i := range pod.Spec.EphemeralContainers {
		now[pod.Spec.EphemeralContainers[i].Name] = &pod.Spec.EphemeralContainers[i]
	}
	for i := range before.Spec.EphemeralContainers {
		was := &before.Spec.EphemeralContainers[i]
		switch c := now[was.Name]; {
		case c == nil:
			errs = append(errs, field.Forbidden(path, fmt.Sprintf("existing ephemeral containers %q may not be removed\n", was.Name)))
		case !equality.Semantic.DeepEqual(was, c):
			errs = append(errs, field.Forbidden(path, fmt.Sprintf("existing ephemeral containers %q may not be changed\n%v", was.Name,
				resource.Diff(*was, *c))))
		}
	}
	return errs
}
