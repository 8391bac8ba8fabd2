package workloads

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// ending is how far a job has come to its end.
type ending struct{ complete, failed, failing, succeeding bool }

func endOf(j *job) ending {
	is := func(t batchv1.JobConditionType) bool { return hasCondition(j, t, corev1.ConditionTrue) }
	return ending{is(batchv1.JobComplete), is(batchv1.JobFailed), is(batchv1.JobFailureTarget), is(batchv1.JobSuccessCriteriaMet)}
}

func (e ending) finished() bool { return e.complete || e.failed }

// conditionRules: a job ends well or badly, and each end is announced before it is reached.
func conditionRules(j, old *job, path *field.Path) []rule {
	now, before := endOf(j), endOf(old)
	refuse := func(text string) *field.Error {
		return field.Invalid(path.Child("conditions"), field.OmitValueType{}, text)
	}
	completed, failed := now.complete != before.complete, now.failed != before.failed
	failing, succeeding := now.failing != before.failing, now.succeeding != before.succeeding
	indexes := !equality.Semantic.DeepEqual(j.Status.FailedIndexes, old.Status.FailedIndexes)
	return []rule{
		{completed || failed, now.complete && now.failed, refuse("cannot set Complete=True and Failed=true conditions")},
		{completed || failing, now.complete && now.failing, refuse("cannot set Complete=True and FailureTarget=true conditions")},
		{failed || indexes, now.failed && !now.failing, refuse("cannot set Failed=True condition without the FailureTarget=true condition")},
		{completed || succeeding, now.complete && !now.succeeding, refuse("cannot set Complete=True condition without the SuccessCriteriaMet=true condition")},
		{true, now.succeeding && now.failed, refuse("cannot set SuccessCriteriaMet=True and Failed=true conditions")},
		{true, now.succeeding && now.failing, refuse("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions")},
		{true, j.Spec.SuccessPolicy != nil && now.complete && !now.succeeding,
			refuse("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True")},
		{true, before.failed && !now.failed, refuse("cannot disable the terminal Failed=True condition")},
		{true, before.complete && !now.complete, refuse("cannot disable the terminal Complete=True condition")},
		{true, before.failing && !now.failing, refuse("cannot disable the terminal FailureTarget=True condition")},
		{true, before.succeeding && !now.succeeding, refuse("cannot disable the SuccessCriteriaMet=True condition")},
		{true, before.complete && !before.succeeding && now.succeeding,
			refuse("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions")},
	}
}

// timeRules: a job starts, then completes, and neither is told twice.
func timeRules(j, old *job, path *field.Path) []rule {
	s, now, before := &j.Status, endOf(j), endOf(old)
	start, end := path.Child("startTime"), path.Child("completionTime")
	started, ended := !same(s.StartTime, old.Status.StartTime), !same(s.CompletionTime, old.Status.CompletionTime)
	completed, finished := now.complete != before.complete, now.finished() != before.finished()
	idle := valueOf(j.Spec.Suspend) && j.Spec.Completions != nil && *j.Spec.Completions == 0
	resuming := hasCondition(old, batchv1.JobSuspended, corev1.ConditionTrue) && hasCondition(j, batchv1.JobSuspended, corev1.ConditionFalse)
	return []rule{
		{completed || ended, s.CompletionTime != nil && !now.complete,
			field.Invalid(end, s.CompletionTime, "cannot set completionTime when there is no Complete=True condition")},
		{completed || ended, s.CompletionTime == nil && now.complete, field.Required(end, "completionTime is required for Complete jobs")},
		{started || ended, s.StartTime != nil && s.CompletionTime != nil && s.CompletionTime.Before(s.StartTime),
			field.Invalid(end, s.CompletionTime, "must be equal to or after `startTime`")},
		{(finished || started) && !idle, s.StartTime == nil && now.finished(), field.Required(start, "startTime is required for finished job")},
		{ended, s.CompletionTime != nil && old.Status.CompletionTime != nil, field.Invalid(end, s.CompletionTime, "field is immutable")},
		{started && !resuming, old.Status.StartTime != nil && !valueOf(j.Spec.Suspend),
			field.Invalid(start, s.StartTime, "field is immutable for unsuspended job once set")},
	}
}

// podRules: a job that ended has no pods, and no more are ready than there are.
func podRules(j, old *job, path *field.Path) []rule {
	s, before, over := &j.Status, &old.Status, endOf(j).finished()
	finished := over != endOf(old).finished()
	active, uncounted := s.Active != before.Active, s.UncountedTerminatedPods
	return []rule{
		{finished || active, s.Active > 0 && over, field.Invalid(path.Child("active"), s.Active, "active>0 is invalid for finished job")},
		{finished || !equality.Semantic.DeepEqual(uncounted, before.UncountedTerminatedPods),
			over && uncounted != nil && len(uncounted.Failed)+len(uncounted.Succeeded) > 0,
			field.Invalid(path.Child("uncountedTerminatedPods"), resource.GoNamed(uncounted), "must be empty for finished job")},
		{finished || !equality.Semantic.DeepEqual(s.Terminating, before.Terminating), valueOf(s.Terminating) > 0 && over,
			field.Invalid(path.Child("terminating"), s.Terminating, "terminating>0 is invalid for finished job")},
		{active || !equality.Semantic.DeepEqual(s.Ready, before.Ready), valueOf(s.Ready) > s.Active,
			field.Invalid(path.Child("ready"), valueOf(s.Ready), "cannot set more ready pods than active")},
	}
}

// forwardRules: counters do not fall, but where a job with indexes was made smaller.
func forwardRules(j, old *job, path *field.Path) []rule {
	now, before := &j.Status, &old.Status
	elastic := indexed(&j.Spec) && equality.Semantic.DeepEqual(j.Spec.Completions, j.Spec.Parallelism)
	return []rule{
		{true, now.Failed < before.Failed, field.Invalid(path.Child("failed"), now.Failed, "cannot decrease the failed counter")},
		{!elastic, now.Succeeded < before.Succeeded, field.Invalid(path.Child("succeeded"), now.Succeeded,
			"cannot decrease the succeeded counter")},
	}
}

// indexRules: the lists of ended indexes can be read, are those of a job with indexes, and share nothing.
func indexRules(j, old *job, path *field.Path) []rule {
	s, spec := &j.Status, &j.Spec
	completions, failedList := valueOf(spec.Completions), valueOf(s.FailedIndexes)
	completed := s.CompletedIndexes != old.Status.CompletedIndexes
	failed := !equality.Semantic.DeepEqual(s.FailedIndexes, old.Status.FailedIndexes)
	_, badCompleted := parseIndexes(s.CompletedIndexes, completions)
	_, badFailed := parseIndexes(failedList, completions)
	shared := overlap(s.CompletedIndexes, failedList, completions)
	c, f := path.Child("completedIndexes"), path.Child("failedIndexes")
	return []rule{
		{completed, spec.Completions != nil && badCompleted != nil,
			field.Invalid(c, s.CompletedIndexes, fmt.Sprintf("error parsing completedIndexes: %v", badCompleted))},
		{failed, spec.Completions != nil && spec.BackoffLimitPerIndex != nil && s.FailedIndexes != nil && badFailed != nil,
			field.Invalid(f, s.FailedIndexes, fmt.Sprintf("error parsing failedIndexes: %v", badFailed))},
		{completed, s.CompletedIndexes != "" && !indexed(spec),
			field.Invalid(c, s.CompletedIndexes, "cannot set non-empty completedIndexes when non-indexed completion mode")},
		{failed, spec.BackoffLimitPerIndex == nil && s.FailedIndexes != nil,
			field.Invalid(f, failedList, "cannot set non-null failedIndexes when backoffLimitPerIndex is null")},
		{completed || failed, spec.Completions != nil && s.FailedIndexes != nil && shared != nil,
			field.Invalid(f, failedList, fmt.Sprint(shared))},
	}
}
