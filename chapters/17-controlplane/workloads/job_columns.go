package workloads

import (
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"kubepath/chapters/17-controlplane/core"
	"kubepath/chapters/17-controlplane/resource"
)

// jobColumns is what kubectl get jobs shows.
var jobColumns = resource.Table[job, *job]{
	Columns: append([]resource.Column{
		resource.NameColumn(),
		{Name: "Status", Description: "Status of the job."},
		{Name: "Completions", Description: batchv1.JobStatus{}.SwaggerDoc()["succeeded"]},
		{Name: "Duration", Description: "Time required to complete the job."},
		resource.AgeColumn(),
	}, wide(batchv1.JobSpec{}.SwaggerDoc()["selector"])...),
	Cells: func(j *job) []any {
		names, images := core.ContainerCells(j.Spec.Template.Spec.Containers)
		return []any{j.Name, jobState(j), completionsText(j), durationText(&j.Status), resource.AgeOf(j),
			names, images, metav1.FormatLabelSelector(j.Spec.Selector)}
	},
}

// jobState is the first of these that is true of the job.
func jobState(j *job) string {
	is := func(t batchv1.JobConditionType) bool { return hasCondition(j, t, corev1.ConditionTrue) }
	switch {
	case is(batchv1.JobComplete):
		return "Complete"
	case is(batchv1.JobFailed):
		return "Failed"
	case j.DeletionTimestamp != nil:
		return "Terminating"
	case is(batchv1.JobSuspended):
		return "Suspended"
	case is(batchv1.JobFailureTarget):
		return "FailureTarget"
	case is(batchv1.JobSuccessCriteriaMet):
		return "SuccessCriteriaMet"
	}
	return "Running"
}

// completionsText: without completions, one success is enough, whatever the number of pods.
func completionsText(j *job) string {
	if j.Spec.Completions != nil {
		return outOf(j.Status.Succeeded, j.Spec.Completions)
	}
	if n := valueOf(j.Spec.Parallelism); n > 1 {
		return fmt.Sprintf("%d/1 of %d", j.Status.Succeeded, n)
	}
	return fmt.Sprintf("%d/1", j.Status.Succeeded)
}

func durationText(s *batchv1.JobStatus) string {
	switch {
	case s.StartTime == nil:
		return ""
	case s.CompletionTime == nil:
		return duration.HumanDuration(time.Since(s.StartTime.Time))
	}
	return duration.HumanDuration(s.CompletionTime.Sub(s.StartTime.Time))
}
