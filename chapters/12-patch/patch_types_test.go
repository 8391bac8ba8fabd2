package patch_test

import (
	"fmt"
	"strings"
	"testing"
)

const aDeployment = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":1,"template":{"spec":{"containers":[` +
	`{"name":"app","image":"i","args":["a"],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]},{"name":"side","image":"s"}]}}}}`

func TestEachPatchTypeChangesTheStatusAndNothingElse(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.do("POST", deployments+"?fieldManager=user", jsonType, aDeployment).want(t, 201)
	for i, step := range []struct{ mediaType, patch string }{
		{jsonPatchType, `[{"op":"add","path":"/status/replicas","value":%[1]d},{"op":"replace","path":"/spec/replicas","value":9}]`},
		{mergeType, `{"spec":{"replicas":9},"status":{"replicas":%[1]d}}`},
		{strategicType, `{"spec":{"replicas":9},"status":{"replicas":%[1]d}}`},
		{applyType, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":9},"status":{"replicas":%[1]d}}`},
	} {
		got := a.do("PATCH", deployments+"/d/status?fieldManager=controller"+map[bool]string{true: "&force=true"}[step.mediaType == applyType],
			step.mediaType, fmt.Sprintf(step.patch, i+2)).want(t, 200)
		if spec, status := fmt.Sprint(got.at("spec", "replicas")), fmt.Sprint(got.at("status", "replicas")); spec != "1" || status != fmt.Sprint(i+2) {
			t.Errorf("%s: spec.replicas %s, status.replicas %s", step.mediaType, spec, status)
		}
		if want := `status {"f:status":{"f:replicas":{}}}`; !strings.Contains(got.managers(), want) {
			t.Errorf("%s: managers\n%s", step.mediaType, got.managers())
		}
	}
}

func TestAPatchThatLosesFiveRacesIsAppliedASixthTime(t *testing.T) {
	t.Parallel()
	a, below := newRacing(t)
	for _, mediaType := range []string{jsonPatchType, mergeType, strategicType, applyType} {
		patch := map[string]string{
			jsonPatchType: `[{"op":"add","path":"/data/mine","value":"x"}]`, applyType: configMap(`"data":{"mine":"x"}`),
		}[mediaType]
		if patch == "" {
			patch = `{"data":{"mine":"x"}}`
		}
		a.do("DELETE", configMaps+"/a", "", "")
		a.do("POST", configMaps, jsonType, configMap(`"data":{"k":"v"}`)).want(t, 201)
		below.races, below.attempts = 5, 0
		got := a.do("PATCH", configMaps+"/a?fieldManager=me", mediaType, patch).want(t, 200)
		if below.attempts != 6 {
			t.Errorf("%s: %d attempts", mediaType, below.attempts)
		}
		if data := fmt.Sprint(got.at("data")); data != "map[k:v mine:x rival:1]" {
			t.Errorf("%s: data is %s", mediaType, data)
		}
	}
}

func TestAVersionInThePatchHoldsAlsoAfterALostRace(t *testing.T) {
	t.Parallel()
	a, below := newRacing(t)
	created := a.do("POST", configMaps, jsonType, configMap(`"data":{"k":"v"}`)).want(t, 201)
	below.races, below.attempts = 1, 0
	a.do("PATCH", configMaps+"/a", mergeType, fmt.Sprintf(`{"metadata":{"resourceVersion":%q},"data":{"k":"w"}}`, created.at("metadata", "resourceVersion"))).want(t, 409)
	if got := a.do("GET", configMaps+"/a", "", ""); fmt.Sprint(got.at("data")) != "map[k:v rival:1]" {
		t.Errorf("data is %v", got.at("data"))
	}
}

func TestADryRunOfAPatchWritesNothing(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	before := a.do("POST", configMaps, jsonType, configMap(`"data":{"k":"v"}`)).want(t, 201)
	for mediaType, patch := range map[string]string{
		jsonPatchType: `[{"op":"replace","path":"/data/k","value":"w"}]`, mergeType: `{"data":{"k":"w"}}`, strategicType: `{"data":{"k":"w"}}`,
		applyType: configMap(`"data":{"k":"w"}`),
	} {
		query := "?dryRun=All&fieldManager=x"
		if mediaType == applyType {
			query += "&force=true"
		}
		if got := a.do("PATCH", configMaps+"/a"+query, mediaType, patch).want(t, 200); got.at("data", "k") != "w" {
			t.Errorf("%s: what it would be is not shown: %s", mediaType, got.body)
		}
		if after := a.do("GET", configMaps+"/a", "", ""); after.body != before.body {
			t.Errorf("%s: the object has changed", mediaType)
		}
	}
}

func TestDirectivesOfAStrategicMergePatch(t *testing.T) {
	t.Parallel()
	const containers = `{"spec":{"template":{"spec":{%s}}}}`
	for _, row := range []struct{ sentence, patch, want string }{
		{"an element is merged by its key", fmt.Sprintf(containers, `"containers":[{"name":"side","image":"s:2"}]`), "app=i[a]A1B2 side=s:2"},
		{"a new element comes first, as the library has it", fmt.Sprintf(containers, `"containers":[{"name":"new","image":"n"}]`), "new=n app=i[a]A1B2 side=s"},
		{"an element goes", fmt.Sprintf(containers, `"containers":[{"name":"side","$patch":"delete"}]`), "app=i[a]A1B2"},
		{"a list is replaced", fmt.Sprintf(containers, `"containers":[{"$patch":"replace"},{"name":"only","image":"o"}]`), "only=o"},
		{"lists within elements merge too", fmt.Sprintf(containers, `"containers":[{"name":"app","env":[{"name":"A","$patch":"delete"},{"name":"B","value":"3"}]}]`), "app=i[a]B3 side=s"},
		{"a list without a key is one value", fmt.Sprintf(containers, `"containers":[{"name":"app","args":["b","c"]}]`), "app=i[b c]A1B2 side=s"},
		{"an order", fmt.Sprintf(containers, `"$setElementOrder/containers":[{"name":"side"},{"name":"app"}],"containers":[{"name":"app","image":"j"}]`), "side=s app=j[a]A1B2"},
		{"keys to retain", fmt.Sprintf(containers, `"containers":[{"$retainKeys":["name","image"],"name":"app","image":"i"}]`), "app=i side=s"},
		{"a null removes", fmt.Sprintf(containers, `"containers":[{"name":"app","args":null,"env":null}]`), "app=i side=s"},
	} {
		a := newAPI(t)
		a.do("POST", deployments, jsonType, aDeployment).want(t, 201)
		got := a.do("PATCH", deployments+"/d", strategicType, row.patch).want(t, 200)
		if have := shown(got); have != row.want {
			t.Errorf("%s: %s\nis %q, not %q", row.sentence, row.patch, have, row.want)
		}
	}
}

func TestValuesAreDeletedFromAListThatIsASet(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.do("POST", configMaps, jsonType, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","finalizers":["x.io/a","x.io/b","x.io/c"]}}`).want(t, 201)
	got := a.do("PATCH", configMaps+"/a", strategicType,
		`{"metadata":{"$deleteFromPrimitiveList/finalizers":["x.io/b"],"finalizers":["x.io/d"],"$setElementOrder/finalizers":["x.io/d","x.io/a","x.io/c"]}}`).want(t, 200)
	if have := fmt.Sprint(got.at("metadata", "finalizers")); have != "[x.io/d x.io/a x.io/c]" {
		t.Errorf("finalizers %s", have)
	}
}

// shown are the containers of a deployment: name=image[args]env.
func shown(got answer) string {
	list, _ := got.at("spec", "template", "spec", "containers").([]any)
	var all []string
	for _, element := range list {
		c := element.(map[string]any)
		text := fmt.Sprintf("%v=%v", c["name"], c["image"])
		if c["args"] != nil {
			text += fmt.Sprint(c["args"])
		}
		env, _ := c["env"].([]any)
		for _, e := range env {
			text += fmt.Sprintf("%v%v", e.(map[string]any)["name"], e.(map[string]any)["value"])
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}
