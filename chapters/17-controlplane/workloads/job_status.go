package workloads

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// rule is something that a new status must not be. It is asked only of a status that changed in the matter: what was
// wrong before, or became wrong because the spec changed, does not keep the controller from writing the rest.
type rule struct {
	asked, broken bool
	err           *field.Error
}

// validateRules are the errors of the rules that are asked and broken.
func validateRules(rules []rule) field.ErrorList {
	var errs field.ErrorList
	for _, r := range rules {
		if r.asked && r.broken {
			errs = append(errs, r.err)
		}
	}
	return errs
}

// validateJobStatus: a status only moves forward, and its parts agree. Other controllers than the cluster's own may write
// it (managedBy), so that the server holds what all clients of jobs rely on. Upstream: getStatusValidationOptions and
// validateJobStatus.
func validateJobStatus(_ context.Context, j, old *job) field.ErrorList {
	path := field.NewPath("status")
	s := &j.Status
	errs := notNegative(path, []count{{"active", int64(s.Active)}, {"succeeded", int64(s.Succeeded)}, {"failed", int64(s.Failed)}},
		counted("ready", s.Ready), counted("terminating", s.Terminating))
	errs = append(errs, validateUncounted(s.UncountedTerminatedPods, path.Child("uncountedTerminatedPods"))...)
	c := statusChange{job: j, old: old, now: endOf(j), before: endOf(old), path: path}
	for _, rules := range [][]rule{c.endRules(), c.completionRules(), c.announcementRules(), c.finishedRules(), c.indexRules(),
		c.podRules(), c.successRules(), c.forwardRules()} {
		errs = append(errs, validateRules(rules)...)
	}
	return errs
}

// validateUncounted: each pod that ended waits once to be counted.
func validateUncounted(u *batchv1.UncountedTerminatedPods, path *field.Path) field.ErrorList {
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

// hasCondition reports a condition that is in the state.
func hasCondition(j *job, of batchv1.JobConditionType, state corev1.ConditionStatus) bool {
	for _, c := range j.Status.Conditions {
		if c.Type == of && c.Status == state {
			return true
		}
	}
	return false
}

// same compares times as they are written.
func same(a, b *metav1.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(b)
}
