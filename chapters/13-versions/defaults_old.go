package versions

import (
	"math"

	batchv1beta1 "k8s.io/api/batch/v1beta1"
	corev1 "k8s.io/api/core/v1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// oldDefaults are those of the versions in oldConversions. They show why defaults belong to a version: the same short
// manifest means other things in extensions/v1beta1 than in apps/v1. Upstream: pkg/apis/extensions/v1beta1/defaults.go.
var oldDefaults = []defaulter{
	on(firstCronJob), on(firstDeployment), on(firstReplicaSet), on(firstDaemonSet), on(firstIngress),
}

func firstCronJob(c *batchv1beta1.CronJob) {
	fill(&c.Spec.ConcurrencyPolicy, batchv1beta1.AllowConcurrent)
	point(&c.Spec.Suspend, false)
	point(&c.Spec.SuccessfulJobsHistoryLimit, 3)
	point(&c.Spec.FailedJobsHistoryLimit, 1)
	jobTemplate(&c.Spec.JobTemplate.Spec)
}

// firstDeployment keeps every revision, waits for ever and replaces pods one by one.
func firstDeployment(d *extensionsv1beta1.Deployment) {
	s := &d.Spec
	selectTemplate(&s.Selector, &d.Labels, &s.Template)
	point(&s.Replicas, 1)
	point(&s.ProgressDeadlineSeconds, math.MaxInt32)
	point(&s.RevisionHistoryLimit, math.MaxInt32)
	fill(&s.Strategy.Type, extensionsv1beta1.RollingUpdateDeploymentStrategyType)
	if s.Strategy.Type == extensionsv1beta1.RollingUpdateDeploymentStrategyType || s.Strategy.RollingUpdate != nil {
		point(&s.Strategy.RollingUpdate, extensionsv1beta1.RollingUpdateDeployment{})
		point(&s.Strategy.RollingUpdate.MaxUnavailable, intstr.FromInt32(1))
		point(&s.Strategy.RollingUpdate.MaxSurge, intstr.FromInt32(1))
	}
	podTemplateSpec(&s.Template)
}

func firstReplicaSet(r *extensionsv1beta1.ReplicaSet) {
	selectTemplate(&r.Spec.Selector, &r.Labels, &r.Spec.Template)
	point(&r.Spec.Replicas, 1)
	podTemplateSpec(&r.Spec.Template)
}

// firstDaemonSet replaces no pod that nobody deletes.
func firstDaemonSet(d *extensionsv1beta1.DaemonSet) {
	s := &d.Spec
	selectTemplate(&s.Selector, &d.Labels, &s.Template)
	point(&s.RevisionHistoryLimit, keptRevisions)
	fill(&s.UpdateStrategy.Type, extensionsv1beta1.OnDeleteDaemonSetStrategyType)
	if s.UpdateStrategy.Type == extensionsv1beta1.RollingUpdateDaemonSetStrategyType {
		point(&s.UpdateStrategy.RollingUpdate, extensionsv1beta1.RollingUpdateDaemonSet{})
		point(&s.UpdateStrategy.RollingUpdate.MaxUnavailable, intstr.FromInt32(1))
		point(&s.UpdateStrategy.RollingUpdate.MaxSurge, intstr.FromInt32(0))
	}
	podTemplateSpec(&s.Template)
}

// selectTemplate: a workload once selected what its template makes, if it did not say what.
func selectTemplate(selector **metav1.LabelSelector, labels *map[string]string, template *corev1.PodTemplateSpec) {
	if template.Labels == nil {
		return
	}
	if *selector == nil {
		*selector = &metav1.LabelSelector{}
		inherit(&(*selector).MatchLabels, template.Labels)
	}
	inherit(labels, template.Labels)
}

func firstIngress(i *extensionsv1beta1.Ingress) {
	for _, rule := range i.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for p := range rule.HTTP.Paths {
			point(&rule.HTTP.Paths[p].PathType, extensionsv1beta1.PathTypeImplementationSpecific)
		}
	}
}
