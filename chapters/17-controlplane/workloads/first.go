package workloads

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

var namespaced = registry.Namespaced{}

var controllerRevisions = namespaced

var deployments = resource.SpecStatus[appsv1.Deployment, *appsv1.Deployment]{
	Strategy: namespaced,
	Spec:     func(d *appsv1.Deployment) any { return &d.Spec },
	Status:   func(d *appsv1.Deployment) any { return &d.Status },
}

var deploymentStatus = deployments.OfStatus(nil)

func deploymentScale(s *registry.Store, _ *resource.Parts) map[string]rest.Storage {
	return map[string]rest.Storage{"scale": resource.Scale[appsv1.Deployment, *appsv1.Deployment]{
		Store:    s,
		Replicas: func(d *appsv1.Deployment) *int32 { return d.Spec.Replicas },
		Status:   func(d *appsv1.Deployment) int32 { return d.Status.Replicas },
		Selector: func(d *appsv1.Deployment) string { return selectorText(d.Spec.Selector) },
	}}
}

func selectorText(s *metav1.LabelSelector) string {
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return "<invalid>"
	}
	return selector.String()
}

var replicaSets = resource.SpecStatus[appsv1.ReplicaSet, *appsv1.ReplicaSet]{
	Strategy: namespaced,
	Spec:     func(r *appsv1.ReplicaSet) any { return &r.Spec },
	Status:   func(r *appsv1.ReplicaSet) any { return &r.Status },
}

func replicaSetScale(s *registry.Store, _ *resource.Parts) map[string]rest.Storage {
	return map[string]rest.Storage{"scale": resource.Scale[appsv1.ReplicaSet, *appsv1.ReplicaSet]{
		Store:    s,
		Replicas: func(r *appsv1.ReplicaSet) *int32 { return r.Spec.Replicas },
		Status:   func(r *appsv1.ReplicaSet) int32 { return r.Status.Replicas },
		Selector: func(r *appsv1.ReplicaSet) string { return selectorText(r.Spec.Selector) },
	}}
}

var statefulSets = resource.SpecStatus[appsv1.StatefulSet, *appsv1.StatefulSet]{
	Strategy: namespaced,
	Spec:     func(s *appsv1.StatefulSet) any { return &s.Spec },
	Status:   func(s *appsv1.StatefulSet) any { return &s.Status },
}

func statefulSetScale(s *registry.Store, _ *resource.Parts) map[string]rest.Storage {
	return map[string]rest.Storage{"scale": resource.Scale[appsv1.StatefulSet, *appsv1.StatefulSet]{
		Store:    s,
		Replicas: func(s *appsv1.StatefulSet) *int32 { return s.Spec.Replicas },
		Status:   func(s *appsv1.StatefulSet) int32 { return s.Status.Replicas },
		Selector: func(s *appsv1.StatefulSet) string { return selectorText(s.Spec.Selector) },
	}}
}

var daemonSets = resource.SpecStatus[appsv1.DaemonSet, *appsv1.DaemonSet]{
	Strategy: namespaced,
	Spec:     func(d *appsv1.DaemonSet) any { return &d.Spec },
	Status:   func(d *appsv1.DaemonSet) any { return &d.Status },
}

var jobs = resource.SpecStatus[batchv1.Job, *batchv1.Job]{
	Strategy: namespaced,
	Spec:     func(j *batchv1.Job) any { return &j.Spec },
	Status:   func(j *batchv1.Job) any { return &j.Status },
}

var cronJobs = resource.SpecStatus[batchv1.CronJob, *batchv1.CronJob]{
	Strategy: namespaced,
	Spec:     func(c *batchv1.CronJob) any { return &c.Spec },
	Status:   func(c *batchv1.CronJob) any { return &c.Status },
}

var autoscalers = resource.SpecStatus[autoscalingv2.HorizontalPodAutoscaler, *autoscalingv2.HorizontalPodAutoscaler]{
	Strategy: namespaced,
	Status:   func(a *autoscalingv2.HorizontalPodAutoscaler) any { return &a.Status },
}

var disruptionBudgets = resource.SpecStatus[policyv1.PodDisruptionBudget, *policyv1.PodDisruptionBudget]{
	Strategy: namespaced,
	Spec:     func(b *policyv1.PodDisruptionBudget) any { return &b.Spec },
	Status:   func(b *policyv1.PodDisruptionBudget) any { return &b.Status },
}
