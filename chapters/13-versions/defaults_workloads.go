package versions

import (
	"math"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	batchv1beta1 "k8s.io/api/batch/v1beta1"
	corev1 "k8s.io/api/core/v1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// appsDefaults is apps/v1. Upstream: pkg/apis/apps/v1/defaults.go.
var appsDefaults = []defaulter{defaulterFor(deployment), defaulterFor(replicaSet), defaulterFor(daemonSet), defaulterFor(statefulSet)}

const keptRevisions int32 = 10

func deployment(d *appsv1.Deployment) {
	s := &d.Spec
	setDefaultPointer(&s.Replicas, 1)
	setDefaultPointer(&s.RevisionHistoryLimit, keptRevisions)
	setDefaultPointer(&s.ProgressDeadlineSeconds, 600)
	setDefault(&s.Strategy.Type, appsv1.RollingUpdateDeploymentStrategyType)
	if s.Strategy.Type == appsv1.RollingUpdateDeploymentStrategyType {
		setDefaultPointer(&s.Strategy.RollingUpdate, appsv1.RollingUpdateDeployment{})
		setDefaultPointer(&s.Strategy.RollingUpdate.MaxUnavailable, intstr.FromString("25%"))
		setDefaultPointer(&s.Strategy.RollingUpdate.MaxSurge, intstr.FromString("25%"))
	}
	podTemplateSpec(&s.Template)
}

func replicaSet(r *appsv1.ReplicaSet) {
	setDefaultPointer(&r.Spec.Replicas, 1)
	podTemplateSpec(&r.Spec.Template)
}

func daemonSet(d *appsv1.DaemonSet) {
	s := &d.Spec
	setDefaultPointer(&s.RevisionHistoryLimit, keptRevisions)
	setDefault(&s.UpdateStrategy.Type, appsv1.RollingUpdateDaemonSetStrategyType)
	if s.UpdateStrategy.Type == appsv1.RollingUpdateDaemonSetStrategyType {
		setDefaultPointer(&s.UpdateStrategy.RollingUpdate, appsv1.RollingUpdateDaemonSet{})
		setDefaultPointer(&s.UpdateStrategy.RollingUpdate.MaxUnavailable, intstr.FromInt32(1))
		setDefaultPointer(&s.UpdateStrategy.RollingUpdate.MaxSurge, intstr.FromInt32(0))
	}
	podTemplateSpec(&s.Template)
}

func statefulSet(set *appsv1.StatefulSet) {
	s := &set.Spec
	setDefaultPointer(&s.Replicas, 1)
	setDefaultPointer(&s.RevisionHistoryLimit, keptRevisions)
	setDefault(&s.PodManagementPolicy, appsv1.OrderedReadyPodManagement)
	statefulUpdates(&s.UpdateStrategy)
	setDefaultPointer(&s.PersistentVolumeClaimRetentionPolicy, appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{})
	setDefault(&s.PersistentVolumeClaimRetentionPolicy.WhenDeleted, appsv1.RetainPersistentVolumeClaimRetentionPolicyType)
	setDefault(&s.PersistentVolumeClaimRetentionPolicy.WhenScaled, appsv1.RetainPersistentVolumeClaimRetentionPolicyType)
	for i := range s.VolumeClaimTemplates {
		claim := &s.VolumeClaimTemplates[i]
		claim.APIVersion, claim.Kind = "v1", "PersistentVolumeClaim" // of all embedded objects only these have a kind
		persistentVolumeClaim(claim)
	}
	podTemplateSpec(&s.Template)
}

// statefulUpdates: if the type is RollingUpdate and rollingUpdate is nil, it stays nil.
func statefulUpdates(s *appsv1.StatefulSetUpdateStrategy) {
	if s.Type == "" {
		s.Type = appsv1.RollingUpdateStatefulSetStrategyType
		setDefaultPointer(&s.RollingUpdate, appsv1.RollingUpdateStatefulSetStrategy{})
	}
	if s.Type == appsv1.RollingUpdateStatefulSetStrategyType && s.RollingUpdate != nil {
		setDefaultPointer(&s.RollingUpdate.Partition, 0)
	}
}

// batchDefaults is batch/v1. Upstream: pkg/apis/batch/v1/defaults.go.
var batchDefaults = []defaulter{defaulterFor(job), defaulterFor(cronJob)}

func job(j *batchv1.Job) {
	s := &j.Spec
	if s.Parallelism == nil {
		setDefaultPointer(&s.Completions, 1) // with parallelism and no completions, the first pod that succeeds completes the job
	}
	setDefaultPointer(&s.Parallelism, 1)
	setDefaultPointer(&s.BackoffLimit, backoffLimit(s))
	setDefaultPointer(&s.CompletionMode, batchv1.NonIndexedCompletion)
	setDefaultPointer(&s.Suspend, false)
	setDefaultPointer(&s.ManualSelector, false)
	setDefaultPointer(&s.PodReplacementPolicy, podReplacement(s))
	if len(j.Labels) == 0 {
		j.Labels = s.Template.Labels // as upstream the same map: a change of one changes both
	}
	jobTemplate(s)
}

// jobTemplate sets the defaults that a job and the job template of a cron job share.
func jobTemplate(s *batchv1.JobSpec) {
	if s.PodFailurePolicy != nil {
		for i := range s.PodFailurePolicy.Rules {
			for j := range s.PodFailurePolicy.Rules[i].OnPodConditions {
				setDefault(&s.PodFailurePolicy.Rules[i].OnPodConditions[j].Status, corev1.ConditionTrue)
			}
		}
	}
	podTemplateSpec(&s.Template)
}

// backoffLimit: with backoffLimitPerIndex, the total number of failures is not limited.
func backoffLimit(s *batchv1.JobSpec) int32 {
	if s.BackoffLimitPerIndex != nil {
		return math.MaxInt32
	}
	return 6
}

// podReplacement: with a podFailurePolicy, a pod is replaced only after it failed, because the policy decides about
// failed pods.
func podReplacement(s *batchv1.JobSpec) batchv1.PodReplacementPolicy {
	if s.PodFailurePolicy != nil {
		return batchv1.Failed
	}
	return batchv1.TerminatingOrFailed
}

func cronJob(c *batchv1.CronJob) {
	setDefault(&c.Spec.ConcurrencyPolicy, batchv1.AllowConcurrent)
	setDefaultPointer(&c.Spec.Suspend, false)
	setDefaultPointer(&c.Spec.SuccessfulJobsHistoryLimit, 3)
	setDefaultPointer(&c.Spec.FailedJobsHistoryLimit, 1)
	jobTemplate(&c.Spec.JobTemplate.Spec)
}

// autoscalingDefaults is autoscaling/v1 and v2. The conversion fills in what v1 has no field for.
// Upstream: pkg/apis/autoscaling/{v1,v2}/defaults.go.
var autoscalingDefaults = []defaulter{defaulterFor(autoscalerV1), defaulterFor(autoscaler)}

func autoscalerV1(h *autoscalingv1.HorizontalPodAutoscaler) {
	setDefaultPointer(&h.Spec.MinReplicas, 1)
}

func autoscaler(h *autoscalingv2.HorizontalPodAutoscaler) {
	setDefaultPointer(&h.Spec.MinReplicas, 1)
	if len(h.Spec.Metrics) == 0 {
		h.Spec.Metrics = []autoscalingv2.MetricSpec{cpuMetric(defaultCPU)}
	}
	h.ObjectMeta = dropRoundTripAnnotations(h.ObjectMeta) // v2 has the fields
	if b := h.Spec.Behavior; b != nil {
		scaleUp(&b.ScaleUp)
		scaleDown(&b.ScaleDown)
	}
}

// scalingPeriod is the period of all default policies. The stabilization window for scaling down is a flag of the
// controller, and has no default here.
const scalingPeriod int32 = 15 // in seconds

// scaleUp: in each period, add 100% of the pods or 4 pods, whichever is more, without a stabilization window.
func scaleUp(rules **autoscalingv2.HPAScalingRules) {
	setDefaultPointer(rules, autoscalingv2.HPAScalingRules{})
	setDefaultPointer(&(*rules).StabilizationWindowSeconds, 0)
	scaling(*rules,
		autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PodsScalingPolicy, Value: 4, PeriodSeconds: scalingPeriod},
		autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PercentScalingPolicy, Value: 100, PeriodSeconds: scalingPeriod})
}

// scaleDown: in each period, all pods above the minimum can be removed.
func scaleDown(rules **autoscalingv2.HPAScalingRules) {
	setDefaultPointer(rules, autoscalingv2.HPAScalingRules{})
	scaling(*rules, autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PercentScalingPolicy, Value: 100, PeriodSeconds: scalingPeriod})
}

func scaling(r *autoscalingv2.HPAScalingRules, policies ...autoscalingv2.HPAScalingPolicy) {
	setDefaultPointer(&r.SelectPolicy, autoscalingv2.MaxChangePolicySelect)
	if r.Policies == nil {
		r.Policies = policies
	}
}

// removedVersionDefaults are the defaults of the versions in removedVersionConversions. They show why defaults belong
// to a version: a manifest has other defaults in extensions/v1beta1 than in apps/v1. Upstream:
// pkg/apis/extensions/v1beta1/defaults.go.
var removedVersionDefaults = []defaulter{
	defaulterFor(cronJobV1beta1), defaulterFor(deploymentV1beta1), defaulterFor(replicaSetV1beta1), defaulterFor(daemonSetV1beta1), defaulterFor(ingressV1beta1),
}

func cronJobV1beta1(c *batchv1beta1.CronJob) {
	setDefault(&c.Spec.ConcurrencyPolicy, batchv1beta1.AllowConcurrent)
	setDefaultPointer(&c.Spec.Suspend, false)
	setDefaultPointer(&c.Spec.SuccessfulJobsHistoryLimit, 3)
	setDefaultPointer(&c.Spec.FailedJobsHistoryLimit, 1)
	jobTemplate(&c.Spec.JobTemplate.Spec)
}

// deploymentV1beta1: all revisions are kept, there is no progress deadline, and pods are replaced one by one.
func deploymentV1beta1(d *extensionsv1beta1.Deployment) {
	s := &d.Spec
	selectTemplate(&s.Selector, &d.Labels, &s.Template)
	setDefaultPointer(&s.Replicas, 1)
	setDefaultPointer(&s.ProgressDeadlineSeconds, math.MaxInt32)
	setDefaultPointer(&s.RevisionHistoryLimit, math.MaxInt32)
	setDefault(&s.Strategy.Type, extensionsv1beta1.RollingUpdateDeploymentStrategyType)
	if s.Strategy.Type == extensionsv1beta1.RollingUpdateDeploymentStrategyType || s.Strategy.RollingUpdate != nil {
		setDefaultPointer(&s.Strategy.RollingUpdate, extensionsv1beta1.RollingUpdateDeployment{})
		setDefaultPointer(&s.Strategy.RollingUpdate.MaxUnavailable, intstr.FromInt32(1))
		setDefaultPointer(&s.Strategy.RollingUpdate.MaxSurge, intstr.FromInt32(1))
	}
	podTemplateSpec(&s.Template)
}

func replicaSetV1beta1(r *extensionsv1beta1.ReplicaSet) {
	selectTemplate(&r.Spec.Selector, &r.Labels, &r.Spec.Template)
	setDefaultPointer(&r.Spec.Replicas, 1)
	podTemplateSpec(&r.Spec.Template)
}

// daemonSetV1beta1: a pod is replaced only after a user deleted it.
func daemonSetV1beta1(d *extensionsv1beta1.DaemonSet) {
	s := &d.Spec
	selectTemplate(&s.Selector, &d.Labels, &s.Template)
	setDefaultPointer(&s.RevisionHistoryLimit, keptRevisions)
	setDefault(&s.UpdateStrategy.Type, extensionsv1beta1.OnDeleteDaemonSetStrategyType)
	if s.UpdateStrategy.Type == extensionsv1beta1.RollingUpdateDaemonSetStrategyType {
		setDefaultPointer(&s.UpdateStrategy.RollingUpdate, extensionsv1beta1.RollingUpdateDaemonSet{})
		setDefaultPointer(&s.UpdateStrategy.RollingUpdate.MaxUnavailable, intstr.FromInt32(1))
		setDefaultPointer(&s.UpdateStrategy.RollingUpdate.MaxSurge, intstr.FromInt32(0))
	}
	podTemplateSpec(&s.Template)
}

// selectTemplate: the default selector and labels are the labels of the pod template.
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

func ingressV1beta1(i *extensionsv1beta1.Ingress) {
	for _, rule := range i.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for p := range rule.HTTP.Paths {
			setDefaultPointer(&rule.HTTP.Paths[p].PathType, extensionsv1beta1.PathTypeImplementationSpecific)
		}
	}
}
