package pod

import (
	"testing"

	"kubepath/chapters/17-controlplane/workloads"
)

const (
	controllers = "/api/v1/namespaces/default/replicationcontrollers"
	controllerR = "{metadata: {name: r}, spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}}"
)

func TestAControllerSelectsThePodsOfItsTemplate(t *testing.T) {
	t.Parallel()
	a := newAPI(t, workloads.Groups()[0])
	a.post(controllers, controllerR).is(t, 201).has(t, "spec.selector", `{"app":"web"}`, "spec.replicas", "1",
		"metadata.labels", `{"app":"web"}`, "metadata.generation", "1", "status", `{"replicas":0}`)
	a.merge(controllers+"/r", `{"spec": {"selector": {"app": "db"}}}`).is(t, 422).has(t, "details.causes.0.field", "spec.template.metadata.labels",
		"details.causes.0.message", "Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`")
}

func TestAControllerScales(t *testing.T) {
	t.Parallel()
	a := newAPI(t, workloads.Groups()[0])
	a.post(controllers, controllerR).is(t, 201)
	a.merge(controllers+"/r/scale", `{"spec": {"replicas": 3}}`).is(t, 200).has(t, "kind", "Scale", "spec.replicas", "3", "status.selector", "app=web")
	a.get(controllers+"/r").has(t, "spec.replicas", "3", "metadata.generation", "2")
	a.merge(controllers+"/r/scale", `{"spec": {"replicas": -1}}`).is(t, 422)
}

func TestAControllersStatusAddsUp(t *testing.T) {
	t.Parallel()
	a := newAPI(t, workloads.Groups()[0])
	a.post(controllers, controllerR).is(t, 201)
	a.merge(controllers+"/r/status", `{"spec": {"replicas": 9}, "status": {"replicas": 2, "readyReplicas": 1, "observedGeneration": 1}}`).
		is(t, 200).has(t, "status.replicas", "2", "spec.replicas", "1", "metadata.generation", "1")
	a.merge(controllers+"/r/status", `{"status": {"readyReplicas": 3}}`).is(t, 422).has(t,
		"message", `ReplicationController "r" is invalid: status.readyReplicas: Invalid value: 3: cannot be greater than status.replicas`)
	a.get(controllers+"?fieldSelector=status.replicas=2").has(t, "items.0.metadata.name", "r")
}

func TestADeletedControllerLeavesItsPods(t *testing.T) {
	t.Parallel()
	a := newAPI(t, workloads.Groups()[0])
	a.post(controllers, controllerR).is(t, 201)
	a.delete(controllers+"/r", "").is(t, 200)
	a.get(controllers+"/r").is(t, 200).has(t, "metadata.finalizers", `["orphan"]`)
}

func TestWhatAControllerMustSay(t *testing.T) {
	t.Parallel()
	a := newAPI(t, workloads.Groups()[0])
	for _, row := range []struct{ what, body, message string }{
		{"nothing", "{metadata: {name: r}}", `ReplicationController "r" is invalid: [spec.selector: Required value, spec.template: Required value]`},
		{"pods that end", "{metadata: {name: r}, spec: {template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, activeDeadlineSeconds: 1, containers: [{name: c, image: i}]}}}}",
			`ReplicationController "r" is invalid: [spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always", ` +
				`spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicationController is not Supported]`},
		{"a template that is wrong", "{metadata: {name: r}, spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}], ephemeralContainers: [{name: d, image: i}]}}}}",
			`ReplicationController "r" is invalid: [spec.template.spec.containers[0].image: Required value, ` +
				`spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template]`},
	} {
		t.Run(row.what, func(t *testing.T) { a.post(controllers, row.body).is(t, 422).has(t, "message", row.message) })
	}
}

func TestATemplateCountsItsChanges(t *testing.T) {
	t.Parallel()
	a := newAPI(t, workloads.Groups()[0])
	const templates = "/api/v1/namespaces/default/podtemplates"
	a.post(templates, "{metadata: {name: t}, template: {spec: {containers: [{name: c, image: i}]}}}").is(t, 201).has(t, "metadata.generation", "1")
	a.merge(templates+"/t", `{"metadata": {"labels": {"a": "b"}}}`).is(t, 200).has(t, "metadata.generation", "1")
	a.merge(templates+"/t", `{"template": {"metadata": {"labels": {"a": "b"}}}}`).is(t, 200).has(t, "metadata.generation", "2")
	a.post(templates, "{metadata: {name: u}, template: {spec: {containers: []}}}").is(t, 422).has(t,
		"message", `PodTemplate "u" is invalid: template.spec.containers: Required value`)
	warned := a.post(templates, "{metadata: {name: w}, template: {spec: {containers: [{name: c, image: i, env: [{name: A}, {name: A}]}]}}}").is(t, 201)
	if got, want := warned.header.Get("Warning"), `299 - "template.spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply"`; got != want {
		t.Errorf("warning %s, want %s", got, want)
	}
}
