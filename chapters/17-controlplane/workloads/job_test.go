package workloads

import (
	"context"
	"net/http"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

const once = `
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "i:1"}]}}}
status: {active: 5}
`

const indexedJob = `
apiVersion: batch/v1
kind: Job
metadata: {name: ix}
spec:
  completionMode: Indexed
  completions: 4
  parallelism: 2
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: "i:1"}]}}
`

func TestANewJobGetsASelectorOfItsOwnPods(t *testing.T) {
	t.Parallel()
	j, errs := created[*job](t, once)
	says(t, errs)
	if len(j.Labels) > 0 {
		t.Errorf("the validation sees labels %v that nobody wrote", j.Labels)
	}
	jobs.Canonicalize(j)
	if got := selectorText(j.Spec.Selector); got != "batch.kubernetes.io/controller-uid=u-1" {
		t.Errorf("selector %s", got)
	}
	want := "batch.kubernetes.io/controller-uid=u-1,batch.kubernetes.io/job-name=once,controller-uid=u-1,job-name=once"
	for _, labels := range []map[string]string{j.Labels, j.Spec.Template.Labels} {
		if got := metav1.FormatLabelSelector(metav1.SetAsLabelSelector(labels)); got != want {
			t.Errorf("labels %s", got)
		}
	}
	if j.Status.Active != 0 || j.Generation != 1 {
		t.Errorf("status %v, generation %d", j.Status, j.Generation)
	}
}

func TestAJobsOwnLabelsStayAlsoWhereItsPodsHaveTheSame(t *testing.T) {
	t.Parallel()
	j, errs := created[*job](t, `
apiVersion: batch/v1
kind: Job
metadata: {name: once, labels: {app: a}}
spec: {template: {metadata: {labels: {app: a}}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}`)
	if len(errs) > 0 || len(j.Labels) != 1 || len(j.Spec.Template.Labels) != 5 {
		t.Errorf("%v\nlabels of the job %v\nof its pods %v", errs, j.Labels, j.Spec.Template.Labels)
	}
}

func TestASelectorThatIsNotGeneratedIsRefused(t *testing.T) {
	t.Parallel()
	j := read[*job](t, once)
	j.Labels = map[string]string{"mine": "yes"}
	j.Spec.Template.Labels = map[string]string{"job-name": "other"}
	j.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "x"}}
	errs := create(t, j)
	const labels = `{"batch.kubernetes.io/controller-uid":"u-1","batch.kubernetes.io/job-name":"once","controller-uid":"u-1","job-name":"other"}`
	says(t, errs, `spec.template.metadata.labels[job-name]: Invalid value: `+labels+`: must be 'once'`,
		"spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"x\",\"batch.kubernetes.io/controller-uid\":\"u-1\"}}: `selector` not auto-generated",
		"spec.template.metadata.labels: Invalid value: "+labels+": `selector` does not match template `labels`")
	if len(j.Labels) != 1 {
		t.Errorf("labels that the client gave were changed: %v", j.Labels)
	}
	j.Spec.ManualSelector = new(true)
	j.Spec.Template.Labels = j.Spec.Selector.MatchLabels
	says(t, create(t, j))
}

func TestAJobIsRefused(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change func(*batchv1.JobSpec)
		want   []string
	}{
		"with pods that do not end": {func(s *batchv1.JobSpec) { s.Template.Spec.RestartPolicy = "Always" },
			[]string{`spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"`}},
		"with an unknown mode": {func(s *batchv1.JobSpec) { s.CompletionMode = new(batchv1.CompletionMode("Some")) },
			[]string{`spec.completionMode: Unsupported value: "Some": supported values: "NonIndexed", "Indexed"`}},
		"with limits of indexes that it has not": {
			func(s *batchv1.JobSpec) {
				s.CompletionMode = nil
				s.BackoffLimitPerIndex, s.MaxFailedIndexes = new(int32(1)), new(int32(1))
			},
			[]string{"spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode",
				"spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode"}},
		"with too much at once": {func(s *batchv1.JobSpec) { s.Parallelism = new(int32(100_001)) },
			[]string{"spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed"}},
		"with more failures than indexes": {
			func(s *batchv1.JobSpec) { s.MaxFailedIndexes = new(int32(9)) },
			[]string{"spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
				"spec.maxFailedIndexes: Invalid value: 9: must be less than or equal to completions"}},
		"with many indexes and no bound of failures": {
			func(s *batchv1.JobSpec) {
				s.Completions, s.BackoffLimitPerIndex, s.Parallelism = new(int32(100_001)), new(int32(1)), new(int32(10_001))
			},
			[]string{"spec.maxFailedIndexes: Required value: must be specified when completions is above 100000",
				"spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index"}},
		"with an unknown replacement": {func(s *batchv1.JobSpec) { s.PodReplacementPolicy = new(batchv1.PodReplacementPolicy("Now")) },
			[]string{`spec.podReplacementPolicy: Unsupported value: "Now": supported values: "Failed", "TerminatingOrFailed"`}},
		"with a success that names no indexes": {func(s *batchv1.JobSpec) { s.SuccessPolicy = &batchv1.SuccessPolicy{} },
			[]string{"spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified"}},
		"with a success beyond its indexes": {
			func(s *batchv1.JobSpec) {
				s.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{
					{}, {SucceededIndexes: new("0-1,1")}, {SucceededIndexes: new("0,2"), SucceededCount: new(int32(5))}}}
			},
			[]string{"spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified",
				`spec.successPolicy.rules[1].succeededIndexes: Invalid value: "0-1,1": error parsing succeededIndexes: non-increasing order, previous: 1, current: 1`,
				"spec.successPolicy.rules[2].succeededCount: Invalid value: 5: must be less than or equal to 4 (the number of specified completions)",
				"spec.successPolicy.rules[2].succeededCount: Invalid value: 5: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)"}},
		"with failures that are not told apart": {
			func(s *batchv1.JobSpec) {
				s.PodReplacementPolicy = nil
				s.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
					{Action: "FailIndex"},
					{OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{ContainerName: new("x"), Operator: "In", Values: []int32{3, 0, 3}}},
					{Action: "Count", OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: "-", Status: "Maybe"}}}}}
			},
			[]string{`spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`,
				"spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
				`spec.podFailurePolicy.rules[1].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]`,
				`spec.podFailurePolicy.rules[1].onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template`,
				"spec.podFailurePolicy.rules[1].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
				"spec.podFailurePolicy.rules[1].onExitCodes.values[2]: Duplicate value: 3",
				"spec.podFailurePolicy.rules[1].onExitCodes.values: Invalid value: [3,0,3]: must be ordered",
				`spec.podFailurePolicy.rules[2].onPodConditions[0].type: Invalid value: "-": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
				`spec.podFailurePolicy.rules[2].onPodConditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := read[*job](t, indexedJob)
			row.change(&j.Spec)
			says(t, create(t, j), row.want...)
		})
	}
}

func TestTheLastIndexMakesAHostName(t *testing.T) {
	t.Parallel()
	j := read[*job](t, indexedJob)
	j.Name = strings.Repeat("a", 62)
	says(t, create(t, j), `metadata.name: Invalid value: "`+j.Name+`": will not able to create pod with invalid DNS label: `+j.Name+"-3")
}

func TestWhatAJobIsToDoStays(t *testing.T) {
	t.Parallel()
	j, _ := created[*job](t, once)
	_, errs := updated(t, j, func(j *job) { j.Spec.Completions = new(int32(5)) })
	says(t, errs, "spec.completions: Invalid value: 5: field is immutable")
	after, errs := updated(t, j, func(j *job) { j.Spec.Parallelism, j.Spec.Suspend = new(int32(5)), new(true) })
	says(t, errs)
	if after.Generation != 2 {
		t.Errorf("generation %d", after.Generation)
	}
	_, errs = updated(t, j, func(j *job) { j.Spec.Template.Spec.NodeSelector = map[string]string{"a": "b"} })
	if len(errs) != 1 || errs[0].Field != "spec.template" || !strings.HasSuffix(errs[0].Error(), "field is immutable") {
		t.Errorf("errs %v", errs)
	}
}

func TestAnIndexedJobGrowsAsAWhole(t *testing.T) {
	t.Parallel()
	j, _ := created[*job](t, indexedJob)
	_, errs := updated(t, j, func(j *job) { *j.Spec.Completions = 6 })
	says(t, errs, "spec.completions: Invalid value: 6: can only be modified in tandem with spec.parallelism")
	_, errs = updated(t, j, func(j *job) { *j.Spec.Completions, *j.Spec.Parallelism = 6, 6 })
	says(t, errs)
}

func TestWhereASuspendedJobRunsCanStillBeDecided(t *testing.T) {
	t.Parallel()
	j, _ := created[*job](t, once)
	j.Spec.Suspend = new(true)
	place := func(j *job) {
		j.Spec.Template.Spec.NodeSelector = map[string]string{"a": "b"}
		j.Spec.Template.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{}}
		j.Spec.Template.Spec.Containers[0].Resources.Limits = corev1.ResourceList{"cpu": {}}
		j.Spec.Template.Labels["more"] = "yes"
	}
	_, errs := updated(t, j, place)
	says(t, errs)
	_, errs = updated(t, j, func(j *job) { j.Spec.Template.Spec.Containers[0].Image = "i:2" })
	if len(errs) != 1 || errs[0].Field != "spec.template.spec" {
		t.Errorf("another image: %v", errs)
	}
	j.Status.StartTime = new(metav1.Unix(1, 0))
	if _, errs = updated(t, j, place); len(errs) != 1 {
		t.Errorf("after it began: %v", errs)
	}
	j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobSuspended, Status: corev1.ConditionTrue}}
	_, errs = updated(t, j, place)
	says(t, errs)
	j.Status.Active = 1
	if _, errs = updated(t, j, place); len(errs) != 1 {
		t.Errorf("with pods: %v", errs)
	}
}

func TestWhoDeletesAJobWithoutSayingHowIsWarned(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		options metav1.DeleteOptions
		warned  bool
	}{
		"nothing said":       {metav1.DeleteOptions{}, true},
		"background":         {metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)}, false},
		"the old way to say": {metav1.DeleteOptions{OrphanDependents: new(true)}, false},
	} {
		header := http.Header{}
		warnOrphans(rest.WithWarningRecorder(context.Background(), header), &rest.DeleteOptions{DeleteOptions: row.options})
		if got := header.Get("Warning") != ""; got != row.warned {
			t.Errorf("%s: warned %v", name, got)
		}
	}
	if jobs.DefaultGarbageCollectionPolicy(t.Context()) != metav1.DeletePropagationOrphan {
		t.Error("a deleted job takes its pods along")
	}
	if _, ok := serveJobs(&registry.Store{}).(rest.Watcher); !ok {
		t.Error("the Store's other verbs are gone")
	}
}

func TestAJobIsShownWithItsState(t *testing.T) {
	t.Parallel()
	j, _ := created[*job](t, once)
	const tail = " | <unknown> | c | i:1 | batch.kubernetes.io/controller-uid=u-1"
	at := func(second int64) *metav1.Time { return new(metav1.Unix(second, 0)) }
	for _, row := range []struct {
		change func(*job)
		want   string
	}{
		{func(*job) {}, "once | Running | 0/1 | "},
		{func(j *job) { j.Spec.Completions = nil; *j.Spec.Parallelism = 4 }, "once | Running | 0/1 of 4 | "},
		{func(j *job) { j.DeletionTimestamp = at(1) }, "once | Terminating | 0/1 | "},
		{func(j *job) {
			j.Status = batchv1.JobStatus{Succeeded: 1, StartTime: at(10), CompletionTime: at(100),
				Conditions: []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}}
		}, "once | Complete | 1/1 | 90s"},
	} {
		shown := j.DeepCopy()
		row.change(shown)
		if got := cells(t, shown); got != row.want+tail {
			t.Errorf("%q, wanted %q", got, row.want+tail)
		}
	}
}
