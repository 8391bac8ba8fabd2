package patch_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestEveryWriteIsInTheManagedFields(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	const created = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}`
	steps := []struct{ sentence, method, path, mediaType, body, managers string }{
		{"a create, by the user agent", "POST", configMaps, jsonType, created,
			`tester Update {"f:data":{".":{},"f:k":{}}}`},
		{"an update, by the manager that it names", "PUT", configMaps + "/a?fieldManager=put", jsonType, strings.Replace(created, `"k":"v"`, `"k":"v","l":"w"`, 1),
			"put Update {\"f:data\":{\"f:l\":{}}}\ntester Update {\"f:data\":{\".\":{},\"f:k\":{}}}"},
		{"a JSON patch", "PATCH", configMaps + "/a?fieldManager=json", jsonPatchType, `[{"op":"remove","path":"/data/l"},{"op":"add","path":"/data/m","value":"x"}]`,
			"json Update {\"f:data\":{\"f:m\":{}}}\ntester Update {\"f:data\":{\".\":{},\"f:k\":{}}}"},
		{"a merge patch", "PATCH", configMaps + "/a?fieldManager=merge", mergeType, `{"data":{"m":"y"}}`,
			"merge Update {\"f:data\":{\"f:m\":{}}}\ntester Update {\"f:data\":{\".\":{},\"f:k\":{}}}"},
		{"a strategic merge patch", "PATCH", configMaps + "/a?fieldManager=strategic", strategicType, `{"metadata":{"labels":{"a":"b"}}}`,
			"merge Update {\"f:data\":{\"f:m\":{}}}\nstrategic Update {\"f:metadata\":{\"f:labels\":{\".\":{},\"f:a\":{}}}}\ntester Update {\"f:data\":{\".\":{},\"f:k\":{}}}"},
		{"an empty entry, after which the next apply begins anew", "PATCH", configMaps + "/a", mergeType, `{"metadata":{"managedFields":[{}]}}`, ""},
		{"an update without managed fields", "PATCH", configMaps + "/a", mergeType, `{"data":{"n":"1"}}`, ""},
		{"the apply after it", "PATCH", configMaps + "/a?fieldManager=applier&force=true", applyType, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"n":"2"}}`,
			"applier Apply {\"f:data\":{\"f:n\":{}}}\nbefore-first-apply Update {\"f:data\":{\".\":{},\"f:k\":{},\"f:m\":{}},\"f:metadata\":{\"f:labels\":{\".\":{},\"f:a\":{}}}}"},
	}
	for _, step := range steps {
		got := a.do(step.method, step.path, step.mediaType, step.body)
		if got.code > 201 || got.managers() != step.managers {
			t.Errorf("%s: %d\n%s\nnot\n%s", step.sentence, got.code, got.managers(), step.managers)
		}
	}
}

func TestTheStatusHasManagersOfItsOwn(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	const deployment = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":1},"status":{"replicas":7}}`
	a.do("POST", deployments+"?fieldManager=user", jsonType, deployment).want(t, 201)
	got := a.do("PATCH", deployments+"/d/status?fieldManager=controller", mergeType, `{"spec":{"replicas":9},"status":{"replicas":1}}`).want(t, 200)
	want := `controller Update status {"f:status":{"f:replicas":{}}}`
	if managers := got.managers(); !strings.Contains(managers, want) || strings.Count(managers, "status") != 2 || strings.Count(managers, "f:replicas") != 2 {
		t.Errorf("managers\n%s", managers)
	}
	a.apply(deployments+"/d/status", "fieldManager=other", `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"status":{"replicas":2}}`).want(t, 409)
}

func TestTheOldestOfElevenUpdatersAreUnited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAPI(t)
		a.do("POST", configMaps, jsonType, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}`).want(t, 201)
		var got answer
		for i := range 11 {
			time.Sleep(time.Second)
			got = a.do("PATCH", fmt.Sprintf("%s/a?fieldManager=m%d", configMaps, i), mergeType, fmt.Sprintf(`{"data":{"k%d":"v"}}`, i)).want(t, 200)
		}
		managers := got.managers()
		if n := strings.Count(managers, "Update"); n != 10 || !strings.HasPrefix(managers, `ancient-changes Update {"f:data":{".":{},"f:k":{},"f:k0":{},"f:k1":{}}}`) {
			t.Errorf("%d managers:\n%s", n, managers)
		}
	})
}
