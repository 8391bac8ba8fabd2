package strategicpatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	library "k8s.io/apimachinery/pkg/util/strategicpatch"
)

// random makes pods and patches out of few names, so that they often meet.
type random struct{ *rand.Rand }

func (r random) one(of ...string) string { return of[r.Intn(len(of))] }

func (r random) list(most int, element func(i int) string) string {
	var all []string
	for i := range r.Intn(most + 1) {
		all = append(all, element(i))
	}
	return "[" + strings.Join(all, ",") + "]"
}

func (r random) object() string {
	name := func(i int) string { return string(rune('a'+i)) + r.one("", "", "2") }
	return fmt.Sprintf(`{"metadata":{"finalizers":%s,"labels":{"x":"y"}},"spec":{"containers":%s,"imagePullSecrets":%s,"volumes":%s,"securityContext":{"supplementalGroups":[1,2]}%s}}`,
		r.list(4, func(i int) string { return `"` + name(i) + `"` }),
		r.list(4, func(i int) string {
			return fmt.Sprintf(`{"name":%q,"image":"old","args":["1"],"env":%s,"ports":%s}`, name(i),
				r.list(3, func(i int) string { return fmt.Sprintf(`{"name":%q,"value":"old"}`, name(i)) }),
				r.list(2, func(i int) string { return fmt.Sprintf(`{"containerPort":%d,"protocol":"TCP"}`, 80+i) }))
		}),
		r.list(3, func(i int) string { return `{"name":"` + name(i) + `"}` }),
		r.list(2, func(i int) string { return `{"name":"` + name(i) + `","emptyDir":{"medium":"Memory"}}` }),
		r.one("", `,"nodeName":"n"`, `,"tolerations":[{"key":"k"}]`))
}

// element is one of a list with the merge key name, or something that does not belong there.
func (r random) element(fields ...string) string {
	name := `"name":"` + r.one("a", "b", "c", "d", "a2", "b2", "z") + `"`
	switch r.Intn(24) {
	case 0:
		return `{"$patch":"replace"}`
	case 1:
		return `{` + name + `,"$patch":` + r.one(`"bogus"`, `"merge"`, `1`, `"replace"`) + `}`
	case 2:
		return `{"$patch":"delete"}`
	case 3:
		return r.one(`{}`, `"a"`, `1`, `{"name":{}}`, `{"name":1}`, `{"name":null}`)
	case 4, 5, 6, 7:
		return `{` + name + `,"$patch":"delete"}`
	}
	return `{` + strings.Join(append([]string{name}, fields[r.Intn(len(fields))]), ",") + `}`
}

func (r random) order() string {
	if r.Intn(12) == 0 {
		return r.one(`"x"`, `{}`, `[1]`, `["a"]`, `[[]]`, `[{}]`, "null")
	}
	names := []string{"a", "a2", "b", "b2", "c", "c2", "d", "z"}
	if r.Intn(3) == 0 {
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	}
	return "[" + `{"name":"` + strings.Join(names[:2+r.Intn(7)], `"},{"name":"`) + `"}]`
}

func (r random) patch() string {
	element := func(int) string {
		return r.element(`"image":"new"`, `"args":["2","3"]`, `"image":null`, `"env":`+r.list(3, func(int) string {
			return r.element(`"value":"new"`, `"value":null`, `"valueFrom":{"fieldRef":{"fieldPath":"x","nosuch":null}}`)
		}), `"$setElementOrder/env":`+r.order(), `"ports":[{"containerPort":81,"name":"p"},{"containerPort":`+r.one("80", "79", "80.5", `"x"`)+`}]`, `"nosuch":[1,null]`)
	}
	spec := []string{
		`"containers":` + r.list(5, element), `"containers":` + r.list(5, element), `"$setElementOrder/containers":` + r.order(), `"imagePullSecrets":` + r.list(3, element),
		`"$setElementOrder/imagePullSecrets":` + r.order(), `"volumes":` + r.list(3, func(int) string {
			return r.element(`"$retainKeys":["name","hostPath"],"hostPath":{"path":"/"}`, `"$retainKeys":`+r.one(`[]`, `1`, `["name",1]`))
		}),
		`"securityContext":` + r.one(`{"$patch":"delete"}`, `{"$patch":"replace","runAsUser":1}`, `{"supplementalGroups":[3]}`, `null`, `{"$patch":"x"}`, `{"$retainKeys":["a"],"a":1}`),
		`"nodeName":` + r.one(`"m"`, `null`, `{}`), `"tolerations":[{"key":"l","x":null}]`, `"affinity":{"x":null,"y":{"$patch":"delete"},"z":[{"$patch":"x"}]}`,
	}
	var chosen []string
	for _, i := range r.Perm(len(spec))[:1+r.Intn(4)] {
		chosen = append(chosen, spec[i])
	}
	meta := r.one(``, `"finalizers":["a","z","b","a"]`, `"$deleteFromPrimitiveList/finalizers":["a","b","z"]`, `"$deleteFromPrimitiveList":["a"]`, `"finalizers":[{}]`, `"labels":{"x":null,"z":"w"}`,
		`"finalizers":["c","a"],"$setElementOrder/finalizers":["c","b","a"]`, `"$setElementOrder/finalizers":["b","a"]`, `"$setElementOrder":[]`, `"$setElementOrder/nosuch":["a"]`, `"finalizers":[["a"]]`, `"labels":{"$patch":"replace","q":"r"}`)
	return `{"metadata":{` + meta + `},"spec":{` + strings.Join(chosen, ",") + `}}`
}

func decode(t testing.TB, text string) (fields map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		t.Fatal(text, err)
	}
	return fields
}

// theirs is what the library makes of a patch: where more than one thing is wrong, it tells any.
func theirs(object, patch map[string]any) (result map[string]any, err error, panicked bool) {
	defer func() { panicked = recover() != nil }()
	result, err = library.StrategicMergeMapPatch(runtime.DeepCopyJSON(object), runtime.DeepCopyJSON(patch), &corev1.Pod{})
	return result, err, false
}

func podSchema(t testing.TB) library.LookupPatchMeta {
	t.Helper()
	schema, err := library.NewPatchMetaFromStruct(&corev1.Pod{})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// same fails unless both can apply the patch, with the same result, or neither can.
func same(t testing.TB, object, patch string) (applied bool) {
	t.Helper()
	fields := decode(t, patch)
	got, err := Merge(t.Context(), decode(t, object), fields, podSchema(t))
	if !reflect.DeepEqual(fields, decode(t, patch)) {
		t.Fatalf("%s is changed to %v", patch, fields)
	}
	if err != nil && strings.Contains(err.Error(), "is not a scalar") {
		return false // the library panics, unless the list is empty
	}
	var want map[string]any
	var wantErr error
	for range 100 {
		var panicked bool
		want, wantErr, panicked = theirs(decode(t, object), decode(t, patch))
		switch {
		case panicked && err != nil:
			return false
		case panicked:
			continue
		case err == nil && wantErr == nil && reflect.DeepEqual(want, map[string]any(got)), err != nil && wantErr != nil:
			return err == nil
		}
	}
	ours, _ := json.Marshal(got)
	library, _ := json.Marshal(want)
	t.Fatalf("%s\nto %s\nis %s (%v)\nnot %s (%v)", patch, object, ours, err, library, wantErr)
	return false
}

func TestAStrategicPatchDoesWhatTheLibraryDoes(t *testing.T) {
	t.Parallel()
	r, applied := random{rand.New(rand.NewSource(1))}, 0
	for range 3000 {
		if same(t, r.object(), r.patch()) {
			applied++
		}
	}
	if applied < 200 {
		t.Errorf("only %d patches could be applied", applied)
	}
}

func FuzzStrategicPatch(f *testing.F) {
	f.Add(int64(1))
	f.Fuzz(func(t *testing.T, seed int64) {
		r := random{rand.New(rand.NewSource(seed))}
		same(t, r.object(), r.patch())
	})
}

// entries are env of one container; every second name of the patch is one of the object.
func entries(n, first int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = map[string]any{"name": fmt.Sprintf("V%d", first+i), "value": "x"}
	}
	return all
}

func withEnv(env ...any) map[string]any {
	container := map[string]any{"name": "a"}
	for i := 0; i < len(env); i += 2 {
		container[env[i].(string)] = env[i+1]
	}
	return map[string]any{"spec": map[string]any{"containers": []any{container}}}
}

// TestALongListIsMergedInLinearTime gives each list 10,000 entries, which takes the library a minute.
func TestALongListIsMergedInLinearTime(t *testing.T) {
	t.Parallel()
	const n = 10_000
	object := withEnv("env", entries(n, 0))
	got, err := Merge(t.Context(), object, withEnv("env", entries(n, n/2), "$setElementOrder/env", entries(n+n/2, 0)), podSchema(t))
	if err != nil {
		t.Fatal(err)
	}
	if env := got["spec"].(map[string]any)["containers"].([]any)[0].(map[string]any)["env"].([]any); len(env) != n+n/2 {
		t.Errorf("%d entries, not %d", len(env), n+n/2)
	}
	deleted := entries(n, 0)
	for _, entry := range deleted {
		entry.(map[string]any)["$patch"] = "delete"
	}
	if _, err = Merge(t.Context(), withEnv("env", entries(n, 0)), withEnv("env", deleted), podSchema(t)); err != nil {
		t.Error(err)
	}
	names := make([]any, n)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	finalizers := func() map[string]any { return map[string]any{"metadata": map[string]any{"finalizers": names}} }
	if _, err = Merge(t.Context(), finalizers(), finalizers(), podSchema(t)); err != nil {
		t.Error(err)
	}
}

func TestAMergeEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Merge(ctx, withEnv("env", entries(1, 0)), withEnv("env", entries(1, 0)), podSchema(t)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// BenchmarkMerge merges 2,000 entries into 2,000, half of which are the same.
func BenchmarkMerge(b *testing.B) {
	for name, merge := range map[string]func(object, patch map[string]any) error{
		"linear": func(object, patch map[string]any) error {
			_, err := Merge(b.Context(), object, patch, podSchema(b))
			return err
		},
		"library": func(object, patch map[string]any) error {
			_, err := library.StrategicMergeMapPatch(object, patch, &corev1.Pod{})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := merge(withEnv("env", entries(2000, 0)), withEnv("env", entries(2000, 1000))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
