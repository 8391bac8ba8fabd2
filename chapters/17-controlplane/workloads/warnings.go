package workloads

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// nameWarnings: a name that is longer or has dots makes pods whose names and host names differ.
func nameWarnings(obj metav1.Object) []string {
	problems := validation.IsDNS1123Label(obj.GetName())
	if len(problems) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("metadata.name: this is used in Pod names and hostnames, which can result in surprising "+
		"behavior; a DNS label is recommended: %v", problems)}
}

// templateWarnings are those that pods of the template would get.
func templateWarnings(context.Context, *corev1.PodTemplateSpec, *corev1.PodTemplateSpec) []string {
	return nil
}

// changedTemplateWarnings are templateWarnings of an update that changes what is wanted.
func changedTemplateWarnings(ctx context.Context, obj, old metav1.Object, template, stored *corev1.PodTemplateSpec) []string {
	if obj.GetGeneration() == old.GetGeneration() {
		return nil
	}
	return templateWarnings(ctx, template, stored)
}
