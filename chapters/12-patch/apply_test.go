package patch_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func configMap(fields string) string {
	return `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},` + fields + `}`
}

func TestAnApplyCreatesAndThenUpdates(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	created := a.apply(configMaps+"/a", "fieldManager=one", configMap(`"data":{"k":"v"}`)).want(t, 201)
	if got, want := created.managers(), `one Apply {"f:data":{"f:k":{}}}`; got != want {
		t.Errorf("managers\n%s\nnot\n%s", got, want)
	}
	updated := a.apply(configMaps+"/a", "fieldManager=one", configMap(`"data":{"k":"w"}`)).want(t, 200)
	if got := updated.at("data", "k"); got != "w" {
		t.Errorf("data is %v", got)
	}
}

func TestAnApplyOfWhatIsThereWritesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAPI(t)
		configuration := configMap(`"data":{"k":"v"}`)
		first := a.apply(configMaps+"/a", "fieldManager=one", configuration).want(t, 201)
		time.Sleep(time.Minute)
		again := a.apply(configMaps+"/a", "fieldManager=one", configuration).want(t, 200)
		if again.body != first.body {
			t.Errorf("the object has changed:\n%s%s", first.body, again.body)
		}
		time.Sleep(time.Minute)
		put := a.do("PUT", configMaps+"/a", jsonType, again.body).want(t, 200)
		if put.body != first.body {
			t.Errorf("an update with what is there has changed the object:\n%s%s", first.body, put.body)
		}
	})
}

func TestWhatAnotherManagerHasSetConflicts(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.apply(configMaps+"/a", "fieldManager=one", configMap(`"data":{"k":"v","l":"w"}`)).want(t, 201)
	a.do("PATCH", configMaps+"/a?fieldManager=two", mergeType, `{"data":{"l":"x"}}`).want(t, 200)
	got := a.apply(configMaps+"/a", "fieldManager=three", configMap(`"data":{"k":"mine","l":"mine"}`)).want(t, 409)
	want := "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.k\nconflicts with \"two\" using v1 at "
	if !strings.HasPrefix(got.message(), want) && !strings.HasPrefix(got.message(), strings.Replace(want, " at ", ":", 1)) {
		t.Errorf("message %q", got.message())
	}
	if causes := fmt.Sprint(got.at("details", "causes")); !strings.Contains(causes, "field:.data.l") || !strings.Contains(causes, "FieldManagerConflict") {
		t.Errorf("causes %s", causes)
	}
}

func TestTheSameValueIsSharedAndForceTakesAnother(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.apply(configMaps+"/a", "fieldManager=one", configMap(`"data":{"k":"v"}`)).want(t, 201)
	shared := a.apply(configMaps+"/a", "fieldManager=two", configMap(`"data":{"k":"v"}`)).want(t, 200)
	if got, want := shared.managers(), "one Apply {\"f:data\":{\"f:k\":{}}}\ntwo Apply {\"f:data\":{\"f:k\":{}}}"; got != want {
		t.Errorf("managers\n%s\nnot\n%s", got, want)
	}
	forced := a.apply(configMaps+"/a", "fieldManager=two&force=true", configMap(`"data":{"k":"w"}`)).want(t, 200)
	if got, want := forced.managers(), `two Apply {"f:data":{"f:k":{}}}`; got != want {
		t.Errorf("managers\n%s\nnot\n%s", got, want)
	}
}

func TestAFieldThatIsLeftOutGoesUnlessSomebodyElseWantsIt(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.apply(configMaps+"/a", "fieldManager=one", configMap(`"data":{"k":"v","l":"w"}`)).want(t, 201)
	a.apply(configMaps+"/a", "fieldManager=two", configMap(`"data":{"l":"w"}`)).want(t, 200)
	left := a.apply(configMaps+"/a", "fieldManager=one", configMap(`"data":{}`)).want(t, 200)
	if got := fmt.Sprint(left.at("data")); got != "map[l:w]" {
		t.Errorf("data is %s", got)
	}
}

func TestAContainerIsOwnedByItsName(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	deployment := func(containers string) string {
		return `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"template":{"spec":{"containers":[` + containers + `]}}}}`
	}
	a.apply(deployments+"/d", "fieldManager=one", deployment(`{"name":"app","image":"i:1"}`)).want(t, 201)
	both := a.apply(deployments+"/d", "fieldManager=two", deployment(`{"name":"side","image":"s:1"}`)).want(t, 200)
	want := `two Apply {"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"side\"}":{".":{},"f:image":{},"f:name":{}}}}}}}`
	if got := both.managers(); !strings.HasSuffix(got, want) {
		t.Errorf("managers\n%s\ndo not end with\n%s", got, want)
	}
	alone := a.apply(deployments+"/d", "fieldManager=two", deployment("")).want(t, 200)
	if got := fmt.Sprint(alone.at("spec", "template", "spec", "containers")); !strings.Contains(got, "app") || strings.Contains(got, "side") {
		t.Errorf("containers %s", got)
	}
}

func TestAnApplyThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.apply(configMaps+"/a", "fieldManager=one", configMap(`"data":{"k":"v"}`)).want(t, 201)
	for _, row := range []struct {
		sentence, path, query, body string
		code                        int
		message                     string
	}{
		{"nobody applies", configMaps + "/a", "", configMap(`"data":{}`), 422, "fieldManager: Required value: is required for apply patch"},
		{"a long name applies", configMaps + "/a", "fieldManager=" + strings.Repeat("x", 129), configMap(`"data":{}`), 422, "may not be more than 128 bytes"},
		{"another kind", configMaps + "/a", "fieldManager=one", `{"apiVersion":"v1","kind":"Secret"}`, 400, "invalid object type: /v1, Kind=Secret"},
		{"another version", configMaps + "/a", "fieldManager=one", `{"apiVersion":"v2","kind":"ConfigMap"}`, 400, "invalid object type: /v2, Kind=ConfigMap"},
		{"another name", configMaps + "/a", "fieldManager=one", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}`, 400, "the name of the object (b) does not match the name on the URL (a)"},
		{"another namespace", configMaps + "/b", "fieldManager=one", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","namespace":"other"}}`, 400, "the namespace of the provided object does not match the namespace sent on the request"},
		{"managed fields", configMaps + "/a", "fieldManager=one", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","managedFields":[{"manager":"x"}]}}`, 400, "metadata.managedFields must be nil"},
		{"no YAML", configMaps + "/a", "fieldManager=one", "{", 400, "error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content"},
		{"an unknown field", configMaps + "/a", "fieldManager=one", configMap(`"nosuch":1`), 500, ".nosuch: field not declared in schema"},
		{"a uid of what is gone", configMaps + "/b", "fieldManager=one", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","uid":"u"}}`, 409, "uid mismatch: the provided object specified uid u, and no existing object was found"},
		{"an old version", configMaps + "/a", "fieldManager=one", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"999"},"data":{"k":"w"}}`, 409, "the object has been modified"},
		{"a field twice, strictly", configMaps + "/a", "fieldManager=one&fieldValidation=Strict", configMap(`"data":{"k":"v","k":"v"}`), 400, `error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:`},
		{"the status of nothing", deployments + "/none/status", "fieldManager=one", `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"none"}}`, 404, `deployments.apps "none" not found`},
	} {
		got := a.apply(row.path, row.query, row.body)
		if got.code != row.code || !strings.Contains(got.message(), row.message) {
			t.Errorf("%s: %d %q, not %d %q", row.sentence, got.code, got.message(), row.code, row.message)
		}
	}
}

func TestAFieldThatStandsTwiceIsWarnedOf(t *testing.T) {
	t.Parallel()
	got := newAPI(t).apply(configMaps+"/a", "fieldManager=one", configMap(`"data":{"k":"v","k":"w"}`)).want(t, 201)
	if warnings := strings.Join(got.warnings, "\n"); !strings.Contains(warnings, `key \"k\" already set in map`) {
		t.Errorf("warnings %s", warnings)
	}
}

func TestADryRunOfAnApplyWritesNothing(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.apply(configMaps+"/a", "fieldManager=one&dryRun=All", configMap(`"data":{"k":"v"}`)).want(t, 201)
	a.do("GET", configMaps+"/a", "", "").want(t, 404)
}

func TestCBORIsNotServed(t *testing.T) {
	t.Parallel()
	newAPI(t).do("PATCH", configMaps+"/a?fieldManager=one", "application/apply-patch+cbor", "x").want(t, 415)
}

func TestWhoAppliedOnTheClientGoesOnWithoutConflicts(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	const last = "kubectl.kubernetes.io/last-applied-configuration"
	a.do("POST", configMaps+"?fieldManager=kubectl-client-side-apply", jsonType, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","annotations":{"`+last+
		`":"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"v\"}}"}},"data":{"k":"v"}}`).want(t, 201)
	got := a.apply(configMaps+"/a", "fieldManager=kubectl", configMap(`"data":{"k":"w"}`)).want(t, 200)
	annotations := fmt.Sprint(got.at("metadata", "annotations"))
	if !strings.Contains(annotations, `"data":{"k":"w"}`) {
		t.Errorf("what was applied last is still %s", annotations)
	}
	a.apply(configMaps+"/a", "fieldManager=another", configMap(`"data":{"k":"x"}`)).want(t, 409)
}
