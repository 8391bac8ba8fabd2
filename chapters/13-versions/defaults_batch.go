package versions

import (
	"math"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// batchDefaults is batch/v1. Upstream: pkg/apis/batch/v1/defaults.go.
var batchDefaults = []defaulter{on(job), on(cronJob)}

func job(j *batchv1.Job) {
	s := &j.Spec
	if s.Parallelism == nil {
		point(&s.Completions, 1) // one pod, once; with parallelism alone, any pod that succeeds ends the job
	}
	point(&s.Parallelism, 1)
	point(&s.BackoffLimit, backoffLimit(s))
	point(&s.CompletionMode, batchv1.NonIndexedCompletion)
	point(&s.Suspend, false)
	point(&s.ManualSelector, false)
	point(&s.PodReplacementPolicy, podReplacement(s))
	if len(j.Labels) == 0 {
		j.Labels = s.Template.Labels // the same map: what becomes of one becomes of both
	}
	jobTemplate(s)
}

// jobTemplate is the part of a job's defaults that a cron job's template gets too; the rest it gets when jobs are made of it.
func jobTemplate(s *batchv1.JobSpec) {
	if s.PodFailurePolicy != nil {
		for i := range s.PodFailurePolicy.Rules {
			for j := range s.PodFailurePolicy.Rules[i].OnPodConditions {
				fill(&s.PodFailurePolicy.Rules[i].OnPodConditions[j].Status, corev1.ConditionTrue)
			}
		}
	}
	podTemplateSpec(&s.Template)
}

// backoffLimit: where failures are counted for each index, there are no limits to their sum.
func backoffLimit(s *batchv1.JobSpec) int32 {
	if s.BackoffLimitPerIndex != nil {
		return math.MaxInt32
	}
	return 6
}

// podReplacement: a policy about failures has to see the failure before it can decide.
func podReplacement(s *batchv1.JobSpec) batchv1.PodReplacementPolicy {
	if s.PodFailurePolicy != nil {
		return batchv1.Failed
	}
	return batchv1.TerminatingOrFailed
}

func cronJob(c *batchv1.CronJob) {
	fill(&c.Spec.ConcurrencyPolicy, batchv1.AllowConcurrent)
	point(&c.Spec.Suspend, false)
	point(&c.Spec.SuccessfulJobsHistoryLimit, 3)
	point(&c.Spec.FailedJobsHistoryLimit, 1)
	jobTemplate(&c.Spec.JobTemplate.Spec)
}
