package patch_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"
	"sync"
	"testing"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// random makes patches of a deployment.
type random struct{ *rand.Rand }

func (r random) one(of ...string) string { return of[r.Intn(len(of))] }

func (r random) operations() string {
	path := func() string {
		return r.one("/metadata/labels/a", "/metadata/labels", "/metadata/annotations/x~1y", "/metadata/annotations", "/spec/replicas",
			"/spec/template/spec/containers/-", "/spec/template/spec/containers/0", "/spec/template/spec/containers/0/image", "/spec/paused", "/nosuch/x")
	}
	var all []string
	for range 1 + r.Intn(2) {
		value := r.one(`"v"`, `7`, `true`, `{"a":"b"}`, `{"name":"n","image":"i"}`, `null`)
		switch op := r.one("add", "remove", "replace", "move", "copy", "test", "bogus"); op {
		case "move", "copy":
			all = append(all, fmt.Sprintf(`{"op":%q,"from":%q,"path":%q}`, op, path(), path()))
		default:
			all = append(all, fmt.Sprintf(`{"op":%q,"path":%q,"value":%s}`, op, path(), value))
		}
	}
	return "[" + strings.Join(all, ",") + "]"
}

func (r random) merge() string {
	labels := fmt.Sprintf(`{"a":%s,"b":%s}`, r.one(`"v"`, "null", `"w"`), r.one(`"v"`, "null", "3"))
	spec := fmt.Sprintf(`{"replicas":%s,"paused":%s,"template":{"spec":{"containers":%s}}}`, r.one("1", "null", `"x"`, "5"), r.one("true", "false", "null"),
		r.one(`[]`, "null", `[{"name":"z","image":"i"}]`, `[{"name":"z","ports":[{"containerPort":80}]}]`))
	return fmt.Sprintf(`{"metadata":{"labels":%s},"spec":%s}`, labels, spec)
}

func (r random) strategic() string {
	containers := r.one(`[{"name":"app","image":"j"}]`, `[{"name":"new","image":"i"}]`, `[{"name":"app","$patch":"delete"}]`, `[{"$patch":"replace"},{"name":"only"}]`,
		`[{"image":"nameless"}]`, `[{"name":"app","env":[{"name":"A","value":"`+r.one("1", "2")+`"}]}]`, `[{"name":"app","env":[{"name":"A","$patch":"delete"}]}]`)
	order := r.one("", `"$setElementOrder/containers":[{"name":"new"},{"name":"app"}],`, `"$setElementOrder/containers":[{"name":"app"}],`)
	strategy := r.one("", `,"strategy":{"$retainKeys":["type"],"type":"Recreate"}`, `,"strategy":{"$patch":"replace","type":"RollingUpdate"}`, `,"strategy":{"$retainKeys":["x"],"type":"y"}`)
	finalizers := r.one("", `,"finalizers":["x.example/f","y.example/g"]`, `,"$deleteFromPrimitiveList/finalizers":["x.example/f"]`, `,"$deleteFromPrimitiveList/finalizers":"x"`)
	return fmt.Sprintf(`{"metadata":{"labels":{"a":%s}%s},"spec":{"template":{"spec":{%s"containers":%s}}%s}}`,
		r.one(`"v"`, "null"), finalizers, order, containers, strategy)
}

// TestAPatchDoesWhatItsLibraryDoes sends patches at random and compares with what the library makes of the object.
func TestAPatchDoesWhatItsLibraryDoes(t *testing.T) {
	t.Parallel()
	libraries := map[string]struct {
		write func(random) string
		apply func(current, patch []byte) ([]byte, error)
	}{
		jsonPatchType: {random.operations, func(current, patch []byte) ([]byte, error) {
			p, err := jsonpatch.DecodePatch(patch)
			if err != nil {
				return nil, err
			}
			return p.Apply(current)
		}},
		mergeType: {random.merge, jsonpatch.MergePatch},
		strategicType: {random.strategic, func(current, patch []byte) ([]byte, error) {
			return strategicpatch.StrategicMergePatch(current, patch, &appsv1.Deployment{})
		}},
	}
	for mediaType, library := range libraries {
		t.Run(mediaType, func(t *testing.T) {
			t.Parallel()
			a, r := newAPI(t), random{rand.New(rand.NewSource(1))}
			done := 0
			for i := range 300 {
				name := fmt.Sprintf("d%d", i/20) // patches leave less and less to be patched
				if i%20 == 0 {
					a.do("POST", deployments, jsonType, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"`+name+`"},"spec":{"replicas":1,`+
						`"template":{"spec":{"containers":[{"name":"app","image":"i"}]}}}}`).want(t, 201)
				}
				current := a.do("GET", deployments+"/"+name, "", "").want(t, 200).body
				patch := library.write(r)
				got := a.do("PATCH", deployments+"/"+name, mediaType, patch)
				expected, err := library.apply([]byte(current), []byte(patch))
				want := &appsv1.Deployment{}
				if err == nil {
					err = json.Unmarshal(expected, want)
				}
				if (err == nil) != (got.code == 200) {
					t.Fatalf("%s\nto %sis answered with %d %s; the library says %v", patch, current, got.code, got.message(), err)
				}
				if err != nil {
					continue
				}
				done++
				have := &appsv1.Deployment{}
				if err := json.NewDecoder(bytes.NewReader([]byte(got.body))).Decode(have); err != nil {
					t.Fatal(err)
				}
				have.ManagedFields, want.ManagedFields = nil, nil
				have.ResourceVersion, have.Generation = want.ResourceVersion, want.Generation
				if !equality.Semantic.DeepEqual(want, have) {
					t.Fatalf("%s\nto %shas become\n%s\nnot\n%s", patch, current, got.body, expected)
				}
			}
			if done < 20 {
				t.Errorf("only %d patches could be applied", done)
			}
		})
	}
}

func TestPatchesOfDifferentFieldsDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.do("POST", configMaps, jsonType, configMap(`"data":{"k":"v"}`)).want(t, 201)
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := range 20 {
				switch field := fmt.Sprintf("w%d.%d", w, i); w % 3 {
				case 0:
					a.do("PATCH", configMaps+"/a", mergeType, `{"data":{"`+field+`":"x"}}`).wantQuietly(t, 200)
				case 1:
					a.do("PATCH", configMaps+"/a", jsonPatchType, `[{"op":"add","path":"/data/`+field+`","value":"x"}]`).wantQuietly(t, 200)
				default:
					a.apply(configMaps+"/a", fmt.Sprintf("fieldManager=%s", field), configMap(`"data":{"`+field+`":"x"}`)).wantQuietly(t, 200)
				}
			}
		})
	}
	writers.Wait()
	got := a.do("GET", configMaps+"/a", "", "")
	if data, _ := got.at("data").(map[string]any); len(data) != 161 {
		t.Errorf("%d keys, not 161", len(data))
	}
}

func TestAPatchThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.do("POST", configMaps, jsonType, configMap(`"data":{"k":"v"}`)).want(t, 201)
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"op":"test","path":"/data/k","value":"v"},`, 10_001), ",") + "]"
	for _, row := range []struct {
		sentence, mediaType, path, body string
		code                            int
		message                         string
	}{
		{"too many operations", jsonPatchType, "/a", many, 413, "The allowed maximum operations in a JSON patch is 10000, got 10001"},
		{"too long a body", mergeType, "/a", `{"data":{"k":"` + strings.Repeat("x", 3<<20) + `"}}`, 413, "limit is 3145728"},
		{"an object that is not there, whatever the patch", mergeType, "/none", "{", 404, `configmaps "none" not found`},
		{"an operation with a wrong part", jsonPatchType, "/a", `[{"op":1}]`, 400, "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string"},
		{"an operation that is none", jsonPatchType, "/a", `["x"]`, 400, "error decoding patch: json: cannot unmarshal string into Go value of type handlers.jsonPatchOp"},
		{"a field twice, strictly", mergeType, "/a?fieldValidation=Strict", `{"data":{"x":"1","x":"2"}}`, 422, `strict decoding error: duplicate field "data.x"`},
		{"an unknown field, strictly", strategicType, "/a?fieldValidation=Strict", `{"nosuch":1}`, 422, `unknown field "nosuch"`},
		{"a version that has passed", mergeType, "/a", `{"metadata":{"resourceVersion":"999"}}`, 409, "the object has been modified"},
		{"another uid", mergeType, "/a", `{"metadata":{"uid":"x"}}`, 422, "metadata.uid: Invalid value: \"x\": field is immutable"},
		{"force without apply", mergeType, "/a?force=true", `{}`, 422, "force: Forbidden: may not be specified for non-apply patch"},
		{"a directive that is none", strategicType, "/a", `{"data":{"$patch":"bogus"}}`, 500, "unknown patch type: bogus in map: map[$patch:bogus]"},
		{"text", "text/plain", "/a", "x", 415, ""},
	} {
		got := a.do("PATCH", configMaps+row.path, row.mediaType, row.body)
		if got.code != row.code || !strings.Contains(got.message(), row.message) {
			t.Errorf("%s: %d %q, not %d %q", row.sentence, got.code, got.message(), row.code, row.message)
		}
	}
}

// known5xx are the errors that kube-apiserver answers with a 500 too.
var known5xx = []string{
	"failed to create typed patch object", "failed to merge config", "failed to convert new object", "unable to find api field",
	"no value for", "unknown patch type", "does not contain declared merge key", "invalid value for", "unable to convert unstructured object",
	"strconv.ParseUint", // a resourceVersion that is no number
}

// FuzzBodies holds that no body, of whatever kind, makes the server panic, or fail in a way of its own, or costs more than
// 50 times the limit of its length in memory or 2 s of CPU.
func FuzzBodies(f *testing.F) {
	kinds := []struct{ method, path, mediaType string }{
		{"PATCH", "/d", jsonPatchType}, {"PATCH", "/d", mergeType}, {"PATCH", "/d", strategicType}, {"PATCH", "/d?fieldManager=a&force=true", applyType},
		{"PATCH", "/new?fieldManager=a", applyType}, {"PATCH", "/d/status", mergeType}, {"PATCH", "/d/status", strategicType}, {"PATCH", "/d/status", jsonPatchType}, {"PATCH", "/d/status?fieldManager=a", applyType},
		{"POST", "", jsonType}, {"POST", "", "application/yaml"}, {"POST", "", "application/vnd.kubernetes.protobuf"}, {"PUT", "/d", jsonType}, {"PUT", "/d", "application/yaml"},
	}
	r := random{rand.New(rand.NewSource(2))}
	for i := range kinds {
		for _, body := range []string{"", "{", "{}", "[]", "null", `{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"d"}}`, r.operations(), r.merge(), r.strategic(),
			`{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"d","managedFields":[{}]},"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"a"}]}}}}`,
			`{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"d","managedFields":[{"manager":"x","operation":"Update","apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"k:{":{}}}}]}}`,
			`{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"d","labels":{"c":"d"}},"spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"app","image":"j","ports":[{"containerPort":80}]}]}}}}`,
			`{"metadata":{"resourceVersion":"x"}}`, `[{"op":"add","path":"/metadata/resourceVersion","value":"x"}]`,
			"metadata: {name: d}\nkind: Deployment\napiVersion: apps/v1\nspec: {replicas: 1e3}"} {
			f.Add(i, body)
		}
	}
	served, runs := newAPI(f), 0
	f.Fuzz(func(t *testing.T, kind int, body string) {
		k := kinds[uint(kind)%uint(len(kinds))]
		a := &api{t, served.Handler}
		runs++
		deployments := fmt.Sprintf("/apis/apps/v1/namespaces/ns%d/deployments", runs)
		a.do("POST", deployments, jsonType, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","labels":{"a":"b"}},"spec":{"replicas":1,`+
			`"template":{"spec":{"containers":[{"name":"app","image":"i"}]}}}}`).want(t, 201)
		var got answer
		allocated, cpu := cost(func() { got = a.do(k.method, deployments+k.path, k.mediaType, body) })
		if allocated > 150<<20 || cpu > 2*slower*time.Second {
			t.Errorf("%s %s %.200q: %d MB are allocated, %v computed", k.method, k.mediaType, body, allocated>>20, cpu)
		}
		if got.code < 400 && k.mediaType == applyType { // once more, by the fast path
			again := a.do(k.method, deployments+k.path, k.mediaType, body)
			if again.code != 200 || again.at("metadata", "resourceVersion") != got.at("metadata", "resourceVersion") {
				t.Errorf("the same again is %d %s, after %s", again.code, again.body, got.body)
			}
		}
		if got.code < 500 {
			return
		}
		for _, text := range known5xx {
			if got.code == 500 && strings.Contains(got.message(), text) && !strings.Contains(got.message(), "panic") {
				return
			}
		}
		t.Errorf("%s %s %q: %d %s", k.method, k.mediaType, body, got.code, got.body)
	})
}
