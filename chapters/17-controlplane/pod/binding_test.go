package pod

import "testing"

const binding = "{apiVersion: v1, kind: Binding, metadata: {name: p}, target: {kind: Node, name: n1}}"

func TestAPodIsBoundOnce(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.pod("p", "")
	a.post(pods+"/p/binding", "{metadata: {name: p, labels: {zone: a}, annotations: {from: b}}, target: {kind: Node, name: n1}}").
		is(t, 201).has(t, "kind", "Status", "status", "Success", "code", "201")
	a.get(pods+"/p").has(t, "spec.nodeName", "n1", "metadata.generation", "1", "metadata.annotations.from", "b", "metadata.labels.zone", "a",
		"metadata.labels.app", "web", "status.conditions.0.type", "PodScheduled", "status.conditions.0.status", "True")
	a.post(pods+"/p/binding", binding).is(t, 409).has(t, "reason", "Conflict", "details.kind", "pods/binding",
		"message", `Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"`)
}

func TestWhatCannotBeBound(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what, spec, path, body string
		code                   int
		message                string
	}{
		{"a pod behind gates", "schedulingGates: [{name: g}],", "/p/binding", binding, 409,
			`Operation cannot be fulfilled on pods/binding "p": pod p has non-empty .spec.schedulingGates`},
		{"a pod that is not there", "", "/q/binding", "{metadata: {name: q}, target: {name: n1}}", 404, `pods "q" not found`},
		{"another pod than the body's", "", "/p/binding", "{metadata: {name: q}, target: {name: n1}}", 400, "name in URL does not match name in Binding object"},
		{"no node", "", "/p/binding", "{metadata: {name: p}, target: {kind: Pod}}", 500,
			`[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]`},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t)
			a.pod("p", row.spec)
			a.post(pods+row.path, row.body).is(t, row.code).has(t, "message", row.message)
		})
	}
}

func TestAPodThatGoesIsNotBound(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.post(pods, "{metadata: {name: p, finalizers: [example.com/f]}, spec: {containers: [{name: c, image: i}]}}").is(t, 201)
	a.delete(pods+"/p", "").is(t, 200)
	a.post(pods+"/p/binding", binding).is(t, 409).has(t,
		"message", `Operation cannot be fulfilled on pods/binding "p": pod p is being deleted, cannot be assigned to a host`)
}

func TestABindingMeansThePodThatItSaw(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.pod("p", "")
	a.post(pods+"/p/binding", "{metadata: {name: p, uid: other}, target: {name: n1}}").is(t, 409)
	a.get(pods+"/p").has(t, "spec.nodeName", "")
	uid := a.get(pods + "/p").at("metadata.uid")
	a.post(pods+"/p/binding", "{metadata: {name: p, uid: "+uid+"}, target: {name: n1}}").is(t, 201)
}

func TestABindingOnTrialChangesNothing(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.pod("p", "")
	a.post(pods+"/p/binding?dryRun=All", binding).is(t, 201)
	a.get(pods+"/p").has(t, "spec.nodeName", "")
}

func TestBindingsAreTakenAtTheirOldPathToo(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.pod("p", "")
	a.post("/api/v1/namespaces/default/bindings", binding).is(t, 201)
	a.get(pods+"/p").has(t, "spec.nodeName", "n1")
}
