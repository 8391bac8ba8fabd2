package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Where the paths of errors begin.
var (
	specPath        = field.NewPath("spec")
	statusPath      = field.NewPath("status")
	annotationsPath = field.NewPath("metadata", "annotations")
)

// ValidatePodCreate checks a new pod. Upstream: validation.ValidatePodCreate.
func ValidatePodCreate(pod *corev1.Pod) field.ErrorList {
	found := validatePodMetadataAndSpec(pod, Options{Pod: true})
	if len(pod.Spec.EphemeralContainers) > 0 {
		found = append(found, field.Forbidden(specPath.Child("ephemeralContainers"), "cannot be set on create"))
	}
	if pod.Spec.NodeName != "" && len(pod.Spec.SchedulingGates) > 0 {
		found = append(found, field.Forbidden(specPath.Child("nodeName"), "cannot be set until all schedulingGates have been cleared"))
	}
	return append(found, profilesAgree(&pod.ObjectMeta, &pod.Spec, specPath)...)
}

// validatePodMetadataAndSpec checks a pod by itself, new or changed. Upstream: validatePodMetadataAndSpec.
func validatePodMetadataAndSpec(pod *corev1.Pod, o Options) field.ErrorList {
	found := annotations(&pod.ObjectMeta, &pod.Spec, annotationsPath, o)
	found = append(found, ValidatePodSpec(&pod.Spec, &pod.ObjectMeta, specPath, o)...)
	found = append(found, tokenOfNobody(&pod.Spec)...)
	found = append(found, trimmedImages(pod.Spec.Containers, specPath.Child("containers"))...)
	return append(found, trimmedImages(pod.Spec.InitContainers, specPath.Child("initContainers"))...)
}

// tokenOfNobody: a token is an account's.
func tokenOfNobody(spec *corev1.PodSpec) field.ErrorList {
	if spec.ServiceAccountName != "" {
		return nil
	}
	var found field.ErrorList
	for i := range spec.Volumes {
		p := spec.Volumes[i].Projected
		for j := 0; p != nil && j < len(p.Sources); j++ {
			if p.Sources[j].ServiceAccountToken != nil {
				path := specPath.Child("volumes").Index(i).Child("projected", "sources").Index(j).Child("serviceAccountToken")
				found = append(found, field.Forbidden(path, "must not be specified when serviceAccountName is not set"))
			}
		}
	}
	return found
}

// optionsForPod are the options for a change of a pod.
func optionsForPod(before *corev1.Pod) Options {
	o := optionsFor(&before.ObjectMeta, &before.Spec)
	o.Pod = true
	return o
}
