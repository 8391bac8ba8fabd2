package pod

import (
	"fmt"
	"testing"
)

const (
	budgetsPath = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
	evict       = "{apiVersion: policy/v1, kind: Eviction, metadata: {name: p}}"
)

// budget guards the pods of the app web; spec and status are YAML.
func (a *api) budget(name, spec, status string) {
	a.t.Helper()
	a.post(budgetsPath, fmt.Sprintf("{metadata: {name: %s}, spec: {selector: {matchLabels: {app: web}}%s}, status: {%s}}", name, spec, status)).is(a.t, 201)
}

// ready is a running pod that serves.
func (a *api) ready(name string) {
	a.t.Helper()
	a.running(name, "")
	a.merge(pods+"/"+name+"/status", `{"status": {"conditions": [{"type": "Ready", "status": "True"}]}}`).is(a.t, 200)
}

func TestAnEvictedPodSaysWhyItGoes(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.running("p", "")
	a.post(pods+"/p/eviction", evict).is(t, 201).has(t, "kind", "Status", "status", "Success")
	a.get(pods+"/p").has(t, "metadata.deletionGracePeriodSeconds", "30", "status.conditions.0.type", "DisruptionTarget",
		"status.conditions.0.reason", "EvictionByEvictionAPI", "status.conditions.0.message", "Eviction API: evicting")
}

func TestABudgetWithNothingToSpareKeepsThePod(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.ready("p")
	a.budget("b", "", "disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1")
	refused := a.post(pods+"/p/eviction", evict).is(t, 429).has(t, "reason", "TooManyRequests",
		"message", "Cannot evict pod as it would violate the pod's disruption budget.",
		"details.causes.0.reason", "DisruptionBudget", "details.causes.0.message", "The disruption budget b needs 1 healthy pods and has 1 currently")
	if wait := refused.header.Get("Retry-After"); wait != "" {
		t.Errorf("Retry-After %q, want none", wait)
	}
	a.get(pods+"/p").has(t, "metadata.deletionTimestamp", "")
}

func TestAnEvictionSpendsTheBudget(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.ready("p")
	a.budget("b", "", "disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2")
	a.post(pods+"/p/eviction?dryRun=All", evict).is(t, 201)
	a.get(budgetsPath+"/b").has(t, "status.disruptionsAllowed", "1")
	a.post(pods+"/p/eviction", evict).is(t, 201)
	spent := a.get(budgetsPath+"/b").has(t, "status.disruptionsAllowed", "0", "status.conditions.0.reason", "InsufficientPods")
	spent.soon(t, "status.disruptedPods.p", 0)
}

func TestWhatABudgetAnswers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what, spec, status string
		ready              bool
		code               int
		message            string
	}{
		{"not up to date", "", "observedGeneration: -1", true, 429, "The disruption budget b is still being processed by the server."},
		{"its sync failed", "", "disruptionsAllowed: 0, conditions: [{type: DisruptionAllowed, status: 'False', reason: SyncFailed, message: oops}]", true, 429,
			"The disruption budget b does not allow evicting pods currently because it failed sync: oops"},
		{"it says why not", "", "currentHealthy: 2, desiredHealthy: 1, conditions: [{type: DisruptionAllowed, status: 'False', reason: Other, message: because}]", true, 429,
			"The disruption budget b does not allow evicting pods currently (Other): because"},
		{"it does not say why not", "", "currentHealthy: 2, desiredHealthy: 1", true, 429, "The disruption budget b does not allow evicting pods currently"},
		{"an unready pod, enough others", "", "currentHealthy: 1, desiredHealthy: 1", false, 201, ""},
		{"an unready pod, not enough others", "", "currentHealthy: 0, desiredHealthy: 1", false, 429, "The disruption budget b needs 1 healthy pods and has 0 currently"},
		{"an unready pod that may always go", ", unhealthyPodEvictionPolicy: AlwaysAllow", "currentHealthy: 0, desiredHealthy: 1", false, 201, ""},
		{"less than nothing", "", "disruptionsAllowed: -1", true, 403, ""},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t)
			if a.running("p", ""); row.ready {
				a.merge(pods+"/p/status", `{"status": {"conditions": [{"type": "Ready", "status": "True"}]}}`).is(t, 200)
			}
			a.budget("b", row.spec, row.status)
			a.post(pods+"/p/eviction", evict).is(t, row.code).has(t, "details.causes.0.message", row.message)
		})
	}
}

func TestTwoBudgetsAreOneTooMany(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.ready("p")
	a.budget("a", "", "disruptionsAllowed: 1")
	a.budget("b", "", "disruptionsAllowed: 1")
	a.post(pods+"/p/eviction", evict).has(t, "code", "500",
		"message", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
	a.get(pods+"/p").has(t, "metadata.deletionTimestamp", "")
}

func TestNoBudgetGuardsWhatDoesNotRun(t *testing.T) {
	t.Parallel()
	for _, phase := range []string{"Pending", "Succeeded", "Failed"} {
		t.Run(phase, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t)
			a.ready("p")
			a.merge(pods+"/p/status", `{"status": {"phase": "`+phase+`"}}`).is(t, 200)
			a.budget("b", "", "disruptionsAllowed: 0")
			a.post(pods+"/p/eviction", evict).is(t, 201)
		})
	}
}

func TestAnEvictionMeansThePodThatItSaw(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.running("p", "")
	a.post(pods+"/p/eviction", "{metadata: {name: p}, deleteOptions: {preconditions: {uid: other}}}").is(t, 409)
	a.post(pods+"/p/eviction", "{metadata: {name: q}}").is(t, 400).has(t, "message", "name in URL does not match name in Eviction object")
	a.post(pods+"/q/eviction", "{metadata: {name: q}}").is(t, 404).has(t, "message", `pods "q" not found`)
	version := a.get(pods + "/p").at("metadata.resourceVersion")
	a.post(pods+"/p/eviction", "{metadata: {name: p}, deleteOptions: {gracePeriodSeconds: 3, preconditions: {resourceVersion: '"+version+"'}}}").is(t, 201)
	a.get(pods+"/p").has(t, "metadata.deletionGracePeriodSeconds", "3")
}

func TestAnEvictionOnTrialChangesNothing(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.running("p", "")
	a.post(pods+"/p/eviction", "{metadata: {name: p}, deleteOptions: {dryRun: [All]}}").is(t, 201)
	a.get(pods+"/p").has(t, "metadata.deletionTimestamp", "", "status.conditions", "")
}
