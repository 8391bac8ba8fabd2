package pod

import "testing"

func TestANewPodIsPendingWhateverItsStatusSays(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.post(pods, "{metadata: {name: p, generation: 7}, spec: {nodeName: n1, containers: [{name: c, image: i}]}, status: {phase: Running, podIP: 1.2.3.4}}").
		is(t, 201).has(t, "metadata.generation", "1", "status", `{"phase":"Pending","qosClass":"BestEffort"}`, "spec.nodeName", "n1")
}

func TestAGatedPodSaysWhyItIsNotScheduled(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.pod("p", "schedulingGates: [{name: g}],")
	a.get(pods+"/p").has(t, "status.conditions.0.reason", "SchedulingGated", "status.conditions.0.status", "False")
}

func TestOnlyAChangeOfTheSpecIsAGeneration(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.pod("p", "")
	for _, row := range []struct{ what, path, patch, generation string }{
		{"a label", "", `{"metadata": {"labels": {"a": "b"}}}`, "1"},
		{"an image", "", `{"spec": {"containers": [{"name": "c", "image": "j"}]}}`, "2"},
		{"the same image", "", `{"spec": {"containers": [{"name": "c", "image": "j"}]}}`, "2"},
		{"a status", "/status", `{"status": {"phase": "Running"}}`, "2"},
		{"an ephemeral container", "/ephemeralcontainers", `{"spec": {"ephemeralContainers": [{"name": "d", "image": "i"}]}}`, "3"},
	} {
		a.strategic(pods+"/p"+row.path, row.patch).is(t, 200)
		if got := a.get(pods + "/p").at("metadata.generation"); got != row.generation {
			t.Errorf("after %s generation %s, want %s", row.what, got, row.generation)
		}
	}
}

func TestWhatRunsDoesNotChange(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.pod("p", "")
	a.merge(pods+"/p", `{"spec": {"nodeSelector": {"a": "b"}}}`).is(t, 422).has(t,
		"reason", "Invalid", "details.causes.0.field", "spec", "details.causes.0.reason", "FieldValueForbidden")
	a.strategic(pods+"/p", `{"spec": {"containers": [{"name": "d", "image": "i"}]}}`).is(t, 422).has(t,
		"message", `Pod "p" is invalid: spec.containers: Forbidden: pod updates may not add or remove containers`)
}

func TestTheKubeletOwnsTheStatus(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.pod("p", "")
	a.merge(pods+"/p", `{"status": {"phase": "Running"}}`).is(t, 200).has(t, "status.phase", "Pending")
	a.merge(pods+"/p/status", `{"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": "n", "uid": "u"}]},
		"spec": {"nodeName": "n1"}, "status": {"phase": "Running", "podIP": "10.0.0.7", "observedGeneration": 1}}`).
		is(t, 200).has(t, "status.phase", "Running", "status.podIPs", `[{"ip":"10.0.0.7"}]`, "spec.nodeName", "", "metadata.ownerReferences", "")
	a.put(pods+"/p/status", "{metadata: {name: p}, spec: {containers: []}, status: {phase: Running}}").
		is(t, 200).has(t, "status.qosClass", "BestEffort", "status.observedGeneration", "1", "spec.containers.0.name", "c")
	a.merge(pods+"/p/status", `{"status": {"qosClass": "Guaranteed"}}`).is(t, 422).has(t, "details.causes.0.field", "status.qosClass")
}

func TestAPodGetsTimeToEnd(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what, spec, status, options string
		seconds                     int // 0: it goes at once
	}{
		{"as its spec says by default", "nodeName: n1,", "", "", 30},
		{"as its spec says", "nodeName: n1, terminationGracePeriodSeconds: 5,", "", "", 5},
		{"as the client says", "nodeName: n1,", "", "{gracePeriodSeconds: 7}", 7},
		{"a second where the client says less than nothing", "nodeName: n1,", "", "{gracePeriodSeconds: -1}", 1},
		{"none where the client says so", "nodeName: n1,", "", "{gracePeriodSeconds: 0}", 0},
		{"none where no kubelet has it", "", "", "", 0},
		{"none where it has failed", "nodeName: n1,", "Failed", "", 0},
		{"none where it has succeeded", "nodeName: n1,", "Succeeded", "", 0},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t)
			a.pod("p", row.spec)
			if row.status != "" {
				a.merge(pods+"/p/status", `{"status": {"phase": "`+row.status+`"}}`).is(t, 200)
			}
			gone := a.delete(pods+"/p", row.options).is(t, 200)
			gone.has(t, "kind", "Pod", "metadata.generation", "2")
			gone.soon(t, "metadata.deletionTimestamp", row.seconds)
			left := map[bool]int{true: 404, false: 200}[row.seconds == 0]
			a.get(pods+"/p").is(t, left)
		})
	}
}

func TestAPodIsFoundByItsFields(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.running("p", "hostNetwork: true, schedulerName: mine, serviceAccountName: me, restartPolicy: Never,")
	a.pod("q", "")
	for _, selector := range []string{"spec.nodeName=n1", "spec.hostNetwork=true", "spec.schedulerName=mine", "spec.serviceAccountName=me",
		"spec.restartPolicy=Never", "status.phase=Running", "metadata.name=p", "status.podIP=,status.phase!=Pending"} {
		found := a.get(pods+"?fieldSelector="+selector).is(t, 200)
		if found.at("items.0.metadata.name") != "p" || found.at("items.1") != "" {
			t.Errorf("%s finds %v", selector, found.at("items"))
		}
	}
	a.get(pods+"?fieldSelector=spec.containers=x").is(t, 400).has(t, "message", "field label not supported: spec.containers")
}

func TestQualityOfService(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ what, spec, want string }{
		{"nothing asked for", "containers: [{name: c, image: i}]", "BestEffort"},
		{"limits of both", "containers: [{name: c, image: i, resources: {limits: {cpu: 1, memory: 1Gi}}}]", "Guaranteed"},
		{"a limit of one", "containers: [{name: c, image: i, resources: {limits: {cpu: 1}}}]", "Burstable"},
		{"requests below limits", "containers: [{name: c, image: i, resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 100m}}}]", "Burstable"},
		{"one container without", "containers: [{name: c, image: i, resources: {limits: {cpu: 1, memory: 1Gi}}}, {name: d, image: i}]", "Burstable"},
		{"an init container without", "containers: [{name: c, image: i, resources: {limits: {cpu: 1, memory: 1Gi}}}], initContainers: [{name: d, image: i}]", "Burstable"},
		{"other resources only", "containers: [{name: c, image: i, resources: {limits: {ephemeral-storage: 1Gi}}}]", "BestEffort"},
		{"zero", "containers: [{name: c, image: i, resources: {requests: {cpu: 0}}}]", "BestEffort"},
		{"the whole pod", "resources: {limits: {cpu: 1, memory: 1Gi}}, containers: [{name: c, image: i}]", "Guaranteed"},
		{"the whole pod, requests only", "resources: {requests: {cpu: 1}}, containers: [{name: c, image: i}]", "Burstable"},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t)
			a.post(pods, "{metadata: {name: p}, spec: {"+row.spec+"}}").is(t, 201).has(t, "status.qosClass", row.want)
		})
	}
}

func TestLabelKeysBecomeRequirements(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.post(pods, `{metadata: {name: p, labels: {hash: x}}, spec: {containers: [{name: c, image: i}], topologySpreadConstraints: [
		{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}, matchLabelKeys: [hash, none]}]}}`).
		is(t, 201).has(t, "spec.topologySpreadConstraints.0.labelSelector.matchExpressions", `[{"key":"hash","operator":"In","values":["x"]}]`)
}

func TestFieldsThatAreNotSwitchedOnAreCleared(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.post(pods, `{metadata: {name: p}, spec: {serviceAccountName: s, os: {name: linux}, containers: [{name: c, image: i, lifecycle: {stopSignal: SIGINT}}],
		volumes: [{name: v, projected: {sources: [{clusterTrustBundle: {path: a, name: b}}]}}]}}`).
		is(t, 201).has(t, "spec.containers.0.lifecycle", "", "spec.volumes.0.projected.sources.0", "{}")
}
