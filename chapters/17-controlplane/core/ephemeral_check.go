package core

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// ValidateEphemeralContainersUpdate checks a pod with more ephemeral containers: those that are there stay as they are.
// Upstream: validation.ValidatePodEphemeralContainersUpdate.
func ValidateEphemeralContainersUpdate(pod, before *corev1.Pod) field.ErrorList {
	if isMirror(before.Annotations) {
		return field.ErrorList{field.Forbidden(field.NewPath(""), "static pods do not support ephemeral containers")}
	}
	o := optionsForPod(before)
	found := validatePodMetadataAndSpec(pod, o)
	found = append(found, annotationChanges(pod, before, o)...)
	path := specPath.Child("ephemeralContainers")
	now := map[string]*corev1.EphemeralContainer{}
	for i := range pod.Spec.EphemeralContainers {
		now[pod.Spec.EphemeralContainers[i].Name] = &pod.Spec.EphemeralContainers[i]
	}
	for i := range before.Spec.EphemeralContainers {
		was := &before.Spec.EphemeralContainers[i]
		switch c := now[was.Name]; {
		case c == nil:
			found = append(found, field.Forbidden(path, fmt.Sprintf("existing ephemeral containers %q may not be removed\n", was.Name)))
		case !equality.Semantic.DeepEqual(was, c):
			found = append(found, field.Forbidden(path, fmt.Sprintf("existing ephemeral containers %q may not be changed\n%v", was.Name,
				resource.Diff(*was, *c))))
		}
	}
	return found
}
