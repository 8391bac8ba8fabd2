package workloads

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// are conditions that are true.
func are(kinds ...batchv1.JobConditionType) []batchv1.JobCondition {
	var list []batchv1.JobCondition
	for _, k := range kinds {
		list = append(list, batchv1.JobCondition{Type: k, Status: corev1.ConditionTrue})
	}
	return list
}

func second(n int64) *metav1.Time { return new(metav1.Unix(n, 0)) }

func TestAStatusOfAJobOnlyMovesForward(t *testing.T) {
	t.Parallel()
	const path = "status.conditions: Invalid value: "
	done := batchv1.JobStatus{StartTime: second(1), CompletionTime: second(2), Succeeded: 1,
		Conditions: are(batchv1.JobSuccessCriteriaMet, batchv1.JobComplete)}
	for name, row := range map[string]struct {
		old, now batchv1.JobStatus
		want     []string
	}{
		"it starts":    {batchv1.JobStatus{}, batchv1.JobStatus{StartTime: second(1), Active: 1, Ready: new(int32(1))}, nil},
		"it completes": {batchv1.JobStatus{StartTime: second(1), Active: 1}, done, nil},
		"it completes at once, without an announcement": {batchv1.JobStatus{},
			batchv1.JobStatus{Active: 1, Conditions: are(batchv1.JobComplete)},
			[]string{"status.completionTime: Required value: completionTime is required for Complete jobs",
				path + "cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
				"status.active: Invalid value: 1: active>0 is invalid for finished job",
				"status.startTime: Required value: startTime is required for finished job"}},
		"it fails without an announcement": {batchv1.JobStatus{StartTime: second(1)},
			batchv1.JobStatus{StartTime: second(1), Conditions: are(batchv1.JobFailed)},
			[]string{path + "cannot set Failed=True condition without the FailureTarget=true condition"}},
		"it ends both ways": {batchv1.JobStatus{StartTime: second(1)},
			batchv1.JobStatus{StartTime: second(1), CompletionTime: second(2), Conditions: are(batchv1.JobSuccessCriteriaMet,
				batchv1.JobComplete, batchv1.JobFailed, batchv1.JobFailureTarget)},
			[]string{path + "cannot set Complete=True and Failed=true conditions",
				path + "cannot set Complete=True and FailureTarget=true conditions",
				path + "cannot set SuccessCriteriaMet=True and Failed=true conditions",
				path + "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"}},
		"it comes back": {done, batchv1.JobStatus{StartTime: second(1)},
			[]string{path + "cannot disable the terminal Complete=True condition",
				"status.succeeded: Invalid value: 0: cannot decrease the succeeded counter",
				path + "cannot disable the SuccessCriteriaMet=True condition"}},
		"it starts twice": {batchv1.JobStatus{StartTime: second(1)}, batchv1.JobStatus{StartTime: second(5)},
			[]string{`status.startTime: Invalid value: "1970-01-01T00:00:05Z": field is immutable for unsuspended job once set`}},
		"it ends before it starts": {batchv1.JobStatus{StartTime: second(3)},
			batchv1.JobStatus{StartTime: second(3), CompletionTime: second(2), Conditions: done.Conditions},
			[]string{"status.completionTime: Invalid value: \"1970-01-01T00:00:02Z\": must be equal to or after `startTime`"}},
		"more are ready than run": {batchv1.JobStatus{}, batchv1.JobStatus{Ready: new(int32(2))},
			[]string{"status.ready: Invalid value: 2: cannot set more ready pods than active"}},
		"a counter is negative": {batchv1.JobStatus{}, batchv1.JobStatus{Failed: -1},
			[]string{"status.failed: Invalid value: -1: must be greater than or equal to 0",
				"status.failed: Invalid value: -1: cannot decrease the failed counter"}},
		"a pod waits twice": {batchv1.JobStatus{},
			batchv1.JobStatus{UncountedTerminatedPods: &batchv1.UncountedTerminatedPods{Succeeded: []types.UID{"a", ""}, Failed: []types.UID{"a"}}},
			[]string{`status.uncountedTerminatedPods.succeeded[1]: Invalid value: "": must not be empty`,
				`status.uncountedTerminatedPods.failed[0]: Duplicate value: "a"`}},
		"pods wait though it ended": {done, func() batchv1.JobStatus {
			s := *done.DeepCopy()
			s.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{Failed: []types.UID{"a"}}
			s.Terminating = new(int32(1))
			return s
		}(), []string{`status.uncountedTerminatedPods: Invalid value: {"Succeeded":null,"Failed":["a"]}: must be empty for finished job`,
			"status.terminating: Invalid value: 1: terminating>0 is invalid for finished job"}},
		"it has indexes that it has not": {batchv1.JobStatus{}, batchv1.JobStatus{CompletedIndexes: "0", FailedIndexes: new("0")},
			[]string{`status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode`,
				`status.failedIndexes: Invalid value: "0": cannot set non-null failedIndexes when backoffLimitPerIndex is null`,
				`status.failedIndexes: Invalid value: "0": failedIndexes and completedIndexes overlap at index: 0`}},
		"what was wrong before is left alone": {batchv1.JobStatus{Conditions: are(batchv1.JobComplete)},
			batchv1.JobStatus{Conditions: are(batchv1.JobComplete), Succeeded: 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, _ := created[*job](t, once)
			j.Status = row.old
			_, errs := reported(t, j, func(j *job) { j.Status = *row.now.DeepCopy() })
			says(t, errs, row.want...)
		})
	}
}

func TestAJobMayStartAgainAfterItWasSuspended(t *testing.T) {
	t.Parallel()
	j, _ := created[*job](t, once)
	j.Status = batchv1.JobStatus{StartTime: second(1), Conditions: are(batchv1.JobSuspended)}
	_, errs := reported(t, j, func(j *job) {
		j.Status.StartTime = second(9)
		j.Status.Conditions[0].Status = corev1.ConditionFalse
	})
	says(t, errs)
}

func TestListsOfIndexesAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":        "",
		"0":       "",
		"0-3,5,7": "",
		"8":       `too large index: "8"`,
		"3,3":     "non-increasing order, previous: 3, current: 3",
		"3-3":     "non-increasing order, previous: 3, current: 3",
		"2-9":     `too large index: "9"`,
		"a":       `cannot convert string to integer for index: "a"`,
		"-1":      `cannot convert string to integer for index: ""`,
		"1-2-3":   `the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by '-'`,
	} {
		_, err := parseIndexes(text, 8)
		if got := textOf(err); got != want {
			t.Errorf("%q: %q, wanted %q", text, got, want)
		}
	}
	list, _ := parseIndexes("0-3,5", 8)
	if list.len() != 5 {
		t.Errorf("%d indexes", list.len())
	}
}

func TestIndexesAreInOneListOnly(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ completed, failed, want string }{
		{"0-3", "4-5", ""},
		{"0,2,4", "1,3,5", ""},
		{"0-3", "bad,3-5", "failedIndexes and completedIndexes overlap at index: 3"},
		{"", "1", ""},
	} {
		if got := textOf(overlap(row.completed, row.failed, 8)); got != row.want {
			t.Errorf("%q and %q: %q, wanted %q", row.completed, row.failed, got, row.want)
		}
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
