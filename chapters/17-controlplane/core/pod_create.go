package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ValidatePodCreate checks a new pod.
func ValidatePodCreate(pod *corev1.Pod) field.ErrorList { return nil }

// ValidatePodUpdate checks a change of a pod.
func ValidatePodUpdate(pod, before *corev1.Pod) field.ErrorList { return nil }

// ValidatePodStatusUpdate checks a change of a pod's status.
func ValidatePodStatusUpdate(pod, before *corev1.Pod) field.ErrorList { return nil }

// ValidateEphemeralContainersUpdate checks added ephemeral containers.
func ValidateEphemeralContainersUpdate(pod, before *corev1.Pod) field.ErrorList { return nil }

// ValidatePodResize checks a change of resources.
func ValidatePodResize(pod, before *corev1.Pod) field.ErrorList { return nil }

func warnPod(pod *corev1.Pod) []string { return nil }
