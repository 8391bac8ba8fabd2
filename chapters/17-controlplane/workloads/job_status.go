package workloads

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// rule is a rule for an updated status. It applies only if the fields that it checks changed: a status that was invalid
// before, or became so because the spec changed, must not stop the controller from updating other fields.
type rule struct {
	applies, broken bool
	err             *field.Error
}

// validateRules returns the errors of the rules that apply and are broken.
func validateRules(rules []rule) field.ErrorList {
	var errs field.ErrorList
	for _, r := range rules {
		if r.applies && r.broken {
			errs = append(errs, r.err)
		}
	}
	return errs
}

// validateJobStatus: a finished job stays finished, counters do not decrease, and the fields agree. Controllers of
// third parties may write the status (spec.managedBy), so the server enforces what clients of jobs rely on. Upstream:
// getStatusValidationOptions and validateJobStatus.
func validateJobStatus(_ context.Context, j, old *job) field.ErrorList {
	path := field.NewPath("status")
	s := &j.Status
	errs := validateNonNegative(path, []count{{"active", int64(s.Active)}, {"succeeded", int64(s.Succeeded)}, {"failed", int64(s.Failed)}},
		counted("ready", s.Ready), counted("terminating", s.Terminating))
	errs = append(errs, validateUncounted(path.Child("uncountedTerminatedPods"), s.UncountedTerminatedPods)...)
	c := statusChange{job: j, old: old, now: endOf(j), before: endOf(old), path: path}
	for _, rules := range [][]rule{c.endRules(), c.completionRules(), c.announcementRules(), c.finishedRules(), c.indexRules(),
		c.podRules(), c.successRules(), c.forwardRules()} {
		errs = append(errs, validateRules(rules)...)
	}
	return errs
}

// validateUncounted: no pod is listed twice, and no uid is empty.
func validateUncounted(path *field.Path, u *batchv1.UncountedTerminatedPods) field.ErrorList {
	if u == nil {
		return nil
	}
	var errs field.ErrorList
	seen := map[types.UID]bool{}
	check := func(uids []types.UID, path *field.Path) {
		for i, uid := range uids {
			switch {
			case uid == "":
				errs = append(errs, field.Invalid(path.Index(i), uid, "must not be empty"))
			case seen[uid]:
				errs = append(errs, field.Duplicate(path.Index(i), uid))
			}
			seen[uid] = true
		}
	}
	check(u.Succeeded, path.Child("succeeded"))
	check(u.Failed, path.Child("failed"))
	return errs
}

// hasCondition reports whether the condition of a type has the state.
func hasCondition(j *job, of batchv1.JobConditionType, state corev1.ConditionStatus) bool {
	for _, c := range j.Status.Conditions {
		if c.Type == of && c.Status == state {
			return true
		}
	}
	return false
}

// same reports whether two times, or two nils, are equal.
func same(a, b *metav1.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(b)
}

// ending holds the conditions about the end of a job.
type ending struct{ complete, failed, failing, succeeding bool }

func endOf(j *job) ending {
	is := func(t batchv1.JobConditionType) bool { return hasCondition(j, t, corev1.ConditionTrue) }
	return ending{is(batchv1.JobComplete), is(batchv1.JobFailed), is(batchv1.JobFailureTarget), is(batchv1.JobSuccessCriteriaMet)}
}

func (e ending) finished() bool { return e.complete || e.failed }

// statusChange is a job with its new status, and the job with the old one.
type statusChange struct {
	job, old    *job
	now, before ending
	path        *field.Path
}

func (c statusChange) refuse(text string) *field.Error {
	return field.Invalid(c.path.Child("conditions"), field.OmitValueType{}, text)
}

// endRules: a job does not both complete and fail.
func (c statusChange) endRules() []rule {
	now, before := c.now, c.before
	completed, failed, failing := now.complete != before.complete, now.failed != before.failed, now.failing != before.failing
	return []rule{
		{completed || failed, now.complete && now.failed, c.refuse("cannot set Complete=True and Failed=true conditions")},
		{completed || failing, now.complete && now.failing, c.refuse("cannot set Complete=True and FailureTarget=true conditions")},
	}
}

// completionRules: only a complete job has completionTime, which is not before startTime.
func (c statusChange) completionRules() []rule {
	s, was, path := &c.job.Status, &c.old.Status, c.path.Child("completionTime")
	started, ended := !same(s.StartTime, was.StartTime), !same(s.CompletionTime, was.CompletionTime)
	completed := c.now.complete != c.before.complete
	return []rule{
		{completed || ended, s.CompletionTime != nil && !c.now.complete,
			field.Invalid(path, s.CompletionTime, "cannot set completionTime when there is no Complete=True condition")},
		{completed || ended, s.CompletionTime == nil && c.now.complete, field.Required(path, "completionTime is required for Complete jobs")},
		{started || ended, s.StartTime != nil && s.CompletionTime != nil && s.CompletionTime.Before(s.StartTime),
			field.Invalid(path, s.CompletionTime, "must be equal to or after `startTime`")},
	}
}

// announcementRules: Failed needs FailureTarget, and Complete needs SuccessCriteriaMet.
func (c statusChange) announcementRules() []rule {
	now, before := c.now, c.before
	indexes := !equality.Semantic.DeepEqual(c.job.Status.FailedIndexes, c.old.Status.FailedIndexes)
	return []rule{
		{now.failed != before.failed || indexes, now.failed && !now.failing,
			c.refuse("cannot set Failed=True condition without the FailureTarget=true condition")},
		{now.complete != before.complete || now.succeeding != before.succeeding, now.complete && !now.succeeding,
			c.refuse("cannot set Complete=True condition without the SuccessCriteriaMet=true condition")},
	}
}

// finishedRules: a finished job has a startTime, no active pods and no uncounted pods.
func (c statusChange) finishedRules() []rule {
	s, was, spec := &c.job.Status, &c.old.Status, &c.job.Spec
	over, uncounted := c.now.finished(), c.job.Status.UncountedTerminatedPods
	finished := over != c.before.finished()
	idle := valueOf(spec.Suspend) && spec.Completions != nil && *spec.Completions == 0
	return []rule{
		{finished || s.Active != was.Active, s.Active > 0 && over,
			field.Invalid(c.path.Child("active"), s.Active, "active>0 is invalid for finished job")},
		{(finished || !same(s.StartTime, was.StartTime)) && !idle, s.StartTime == nil && over,
			field.Required(c.path.Child("startTime"), "startTime is required for finished job")},
		{finished || !equality.Semantic.DeepEqual(uncounted, was.UncountedTerminatedPods),
			over && uncounted != nil && len(uncounted.Failed)+len(uncounted.Succeeded) > 0,
			field.Invalid(c.path.Child("uncountedTerminatedPods"), uncounted, "must be empty for finished job")},
	}
}

// podRules: a finished job has no terminating pods, and no more pods are ready than active.
func (c statusChange) podRules() []rule {
	s, was, over := &c.job.Status, &c.old.Status, c.now.finished()
	return []rule{
		{over != c.before.finished() || !equality.Semantic.DeepEqual(s.Terminating, was.Terminating), valueOf(s.Terminating) > 0 && over,
			field.Invalid(c.path.Child("terminating"), s.Terminating, "terminating>0 is invalid for finished job")},
		{s.Active != was.Active || !equality.Semantic.DeepEqual(s.Ready, was.Ready), s.Ready != nil && *s.Ready > s.Active,
			field.Invalid(c.path.Child("ready"), valueOf(s.Ready), "cannot set more ready pods than active")},
	}
}

// successRules: a job with SuccessCriteriaMet does not fail, and one with a success policy completes only with it.
func (c statusChange) successRules() []rule {
	now := c.now
	return []rule{
		{true, now.succeeding && now.failed, c.refuse("cannot set SuccessCriteriaMet=True and Failed=true conditions")},
		{true, now.succeeding && now.failing, c.refuse("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions")},
		{true, c.job.Spec.SuccessPolicy != nil && now.complete && !now.succeeding,
			c.refuse("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True")},
	}
}

// forwardRules: a finished job stays finished, and counters do not decrease. Only succeeded may decrease, when an indexed
// job is scaled down.
func (c statusChange) forwardRules() []rule {
	s, was, now, before := &c.job.Status, &c.old.Status, c.now, c.before
	elastic := indexed(&c.job.Spec) && equality.Semantic.DeepEqual(c.job.Spec.Completions, c.job.Spec.Parallelism)
	resuming := hasCondition(c.old, batchv1.JobSuspended, corev1.ConditionTrue) && hasCondition(c.job, batchv1.JobSuspended, corev1.ConditionFalse)
	return []rule{
		{true, before.failed && !now.failed, c.refuse("cannot disable the terminal Failed=True condition")},
		{true, before.complete && !now.complete, c.refuse("cannot disable the terminal Complete=True condition")},
		{true, before.failing && !now.failing, c.refuse("cannot disable the terminal FailureTarget=True condition")},
		{true, s.Failed < was.Failed, field.Invalid(c.path.Child("failed"), s.Failed, "cannot decrease the failed counter")},
		{!elastic, s.Succeeded < was.Succeeded, field.Invalid(c.path.Child("succeeded"), s.Succeeded, "cannot decrease the succeeded counter")},
		{!same(s.CompletionTime, was.CompletionTime), s.CompletionTime != nil && was.CompletionTime != nil,
			field.Invalid(c.path.Child("completionTime"), s.CompletionTime, "field is immutable")},
		{!same(s.StartTime, was.StartTime) && !resuming, was.StartTime != nil && !valueOf(c.job.Spec.Suspend),
			field.Invalid(c.path.Child("startTime"), s.StartTime, "field is immutable for unsuspended job once set")},
		{true, before.succeeding && !now.succeeding, c.refuse("cannot disable the SuccessCriteriaMet=True condition")},
		{true, before.complete && !before.succeeding && now.succeeding,
			c.refuse("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions")},
	}
}

// indexRules: completedIndexes and failedIndexes are valid lists of an indexed job, and do not overlap.
func (change statusChange) indexRules() []rule {
	s, old, spec := &change.job.Status, &change.old.Status, &change.job.Spec
	completions, failedList := valueOf(spec.Completions), valueOf(s.FailedIndexes)
	completed := s.CompletedIndexes != old.CompletedIndexes
	failed := !equality.Semantic.DeepEqual(s.FailedIndexes, old.FailedIndexes)
	_, badCompleted := parseIndexes(s.CompletedIndexes, completions)
	_, badFailed := parseIndexes(failedList, completions)
	shared := overlap(s.CompletedIndexes, failedList, completions)
	c, f := change.path.Child("completedIndexes"), change.path.Child("failedIndexes")
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
