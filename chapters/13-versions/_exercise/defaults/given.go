package exercise

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	versions "kubepath/chapters/13-versions"
)

// completeTemplate sets what a pod template leaves out, as every workload with one does.
func completeTemplate(t *corev1.PodTemplateSpec) {
	workload := &appsv1.ReplicaSet{Spec: appsv1.ReplicaSetSpec{Template: *t}}
	scheme.Default(workload)
	*t = workload.Spec.Template
}

var scheme = versions.NewCodecs().Scheme
