package patch

import (
	"fmt"
	"maps"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

// TestAnApplyOfAnyObjectDoesWhatUpstreamsSchemaSays has three managers apply generated objects, and holds the results
// (object, owners or conflicts) against the library's with the schemas of applyconfigurations.
func TestAnApplyOfAnyObjectDoesWhatUpstreamsSchemaSays(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	upstream := applyconfigurations.NewTypeConverter(codecs.Scheme)
	var short, varied atomic.Int64
	t.Cleanup(func() {
		if varied.Load() < 20 {
			t.Errorf("only %d applies of other values took the shortcut", varied.Load())
		}
		if short.Load() < 50 {
			t.Errorf("only %d applies of what is there were seen to change nothing", short.Load())
		}
	})
	for _, r := range knownKinds(codecs.Scheme) {
		if _, err := upstream.ObjectToTyped(fresh(codecs.Scheme, r.Kind)); err != nil {
			continue
		}
		t.Run(r.Kind.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				reference, err := managedfields.NewDefaultFieldManager(upstream, converter{codecs}, codecs.Scheme, codecs.Scheme,
					r.Kind, r.Kind.GroupVersion(), "", filters(rest.ResetFields{}, []schema.GroupVersion{r.Kind.GroupVersion()}))
				if err != nil {
					t.Fatal(err)
				}
				a := &applies{generated: generated{rand.New(rand.NewSource(1)), r.Kind, codecs.Scheme}, reference: reference,
					ours: Ownership(codecs)(&rest.RequestScope{Kind: r.Kind, Storage: resettable{}}), live: fresh(codecs.Scheme, r.Kind), last: map[string]map[string]any{}}
				for range 8 {
					a.apply(t)
				}
				short.Add(int64(a.again))
				varied.Add(int64(a.varied))
			})
		})
	}
}

func fresh(scheme *runtime.Scheme, kind schema.GroupVersionKind) runtime.Object {
	obj, _ := scheme.New(kind) // known
	obj.GetObjectKind().SetGroupVersionKind(kind)
	return obj
}

// tidy drops nulls and what is empty: people do not write them.
func tidy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if v[name] = tidy(value); v[name] == nil {
				delete(v, name)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		v = slices.DeleteFunc(v, func(element any) bool { return tidy(element) == nil })
		if len(v) == 0 {
			return nil
		}
		return v
	}
	return v
}

// applies are those to one object.
type applies struct {
	generated
	reference *managedfields.FieldManager
	ours      rest.FieldManager
	live      runtime.Object

	last map[string]map[string]any // what each manager wanted

	applied, again, varied int // again: the second time was seen to change nothing; varied: values of what was wanted before
}

func (a *applies) apply(t *testing.T) {
	t.Helper()
	manager, force := []string{"a", "b", "c"}[a.Intn(3)], a.Intn(2) == 0
	fields := a.wish(t, manager)
	wish := func() *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: runtime.DeepCopyJSON(fields)}
	}
	if a.ours.(*ownership).shortcut.again(a.live, wish().Object, manager) != nil {
		a.varied++
	}
	got, err := a.ours.Apply(a.live.DeepCopyObject(), wish(), manager, force)
	want, wrong := a.reference.Apply(a.live.DeepCopyObject(), wish(), manager, force)
	if sentences(err) != sentences(wrong) {
		t.Fatalf("%v, upstream %v", err, wrong)
	}
	if err != nil {
		return
	}
	if diff := cmp.Diff(text(want), text(got)); diff != "" {
		t.Fatalf("applied by %s (-upstream +ours):\n%s\nto %s", manager, diff, text(a.live))
	}
	object, _ := meta.Accessor(got)
	object.SetUID("1")
	a.live, a.last[manager] = got, fields
	a.applied++
	a.reapply(t, wish(), manager)
	if a.Intn(2) == 0 {
		a.update()
	}
}

// sentences of an error, of which the library has those of maps in any order.
func sentences(err error) string {
	lines := strings.FieldsFunc(fmt.Sprint(err), func(r rune) bool { return r == '\n' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// update is somebody else's: with parts of another object, or its lists in another order.
func (a *applies) update() {
	next := a.live.DeepCopyObject()
	a.shuffle(reflect.ValueOf(next).Elem())
	a.live = a.ours.UpdateNoErrors(a.live, next, "updater")
}

func (a *applies) shuffle(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			a.shuffle(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "ManagedFields" && v.Field(i).CanSet() {
				a.shuffle(v.Field(i))
			}
		}
	case reflect.Slice:
		if a.Intn(2) == 0 {
			a.Shuffle(v.Len(), reflect.Swapper(v.Interface()))
		}
		for i := range v.Len() {
			a.shuffle(v.Index(i))
		}
	}
}

// wish is new, or the last one with some values changed.
func (a *applies) wish(t *testing.T, manager string) map[string]any {
	t.Helper()
	if last := a.last[manager]; last != nil && a.Intn(3) > 0 {
		next := runtime.DeepCopyJSON(last)
		for _, name := range slices.Sorted(maps.Keys(next)) {
			if name != "apiVersion" && name != "kind" && name != "metadata" {
				next[name] = a.vary(next[name])
			}
		}
		return next
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(a.object(t))
	if err != nil {
		t.Fatal(err)
	}
	fields["metadata"] = map[string]any{"name": "x", "labels": map[string]any{fmt.Sprint("l", a.Intn(3)): fmt.Sprint(a.Intn(2))}}
	if a.Intn(3) > 0 {
		fields = tidy(fields).(map[string]any)
	}
	return fields
}

// vary changes a scalar here and there.
func (a *applies) vary(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			v[name] = a.vary(v[name])
		}
	case []any:
		for i := range v {
			v[i] = a.vary(v[i])
		}
	case string:
		if a.Intn(10) == 0 {
			return randomWord(a.Rand)
		}
	case int64:
		if a.Intn(10) == 0 {
			return v + 1
		}
	case bool:
		return v != (a.Intn(10) == 0)
	}
	return v
}

// reapply applies what was applied just now, a second later.
func (a *applies) reapply(t *testing.T, wish *unstructured.Unstructured, manager string) {
	t.Helper()
	time.Sleep(time.Second)
	want, err := a.reference.Apply(a.live.DeepCopyObject(), wish.DeepCopy(), manager, false)
	got := a.ours.(*ownership).shortcut.again(a.live, wish.Object, manager)
	switch {
	case got == nil:
		return
	case err != nil: // what was forced may conflict the next time
		t.Fatalf("the shortcut did not see that %v", err)
	}
	a.again++
	if diff := cmp.Diff(text(want), text(got)); diff != "" {
		t.Fatalf("the same again, by %s, was thought to change nothing (-upstream +ours):\n%s\n%s", manager, diff, text(wish))
	}
}

// TestAFieldConflictIsToldBeforeAStaleVersion has the answers of kube-apiserver: an apply is merged first, and what it
// becomes is then compared with what is stored.
func TestAFieldConflictIsToldBeforeAStaleVersion(t *testing.T) {
	t.Parallel()
	const conflict, stale, uid = `conflict with "one" using v1: .data.k`, "the object has been modified", `metadata.uid: Invalid value: "x": field is immutable`
	a := newAPI(t)
	a.do("POST", configMaps+"?fieldManager=one", jsonType, configMap(`"data":{"k":"v"}`)).want(t, 201)
	for _, row := range []struct {
		query, metadata, data string
		code                  int
		message               string
	}{
		{"", `"resourceVersion":"9999999"`, `"k":"w"`, 409, conflict},
		{"", `"resourceVersion":"9999999"`, `"n":"new"`, 409, stale},
		{"", `"resourceVersion":"9999999"`, `"k":"v"`, 409, stale},
		{"&force=true", `"resourceVersion":"9999999"`, `"k":"w"`, 409, stale},
		{"&dryRun=All", `"resourceVersion":"9999999"`, `"k":"w"`, 409, conflict},
		{"&force=true&dryRun=All", `"resourceVersion":"9999999"`, `"k":"w"`, 409, stale},
		{"", `"uid":"x"`, `"k":"w"`, 409, conflict},
		{"", `"uid":"x"`, `"n":"new"`, 422, uid},
		{"&force=true", `"uid":"x"`, `"k":"w"`, 422, uid},
		{"", `"uid":"x","resourceVersion":"9999999"`, `"k":"w"`, 409, conflict},
		{"", `"uid":"x","resourceVersion":"9999999"`, `"n":"new"`, 409, stale},
		{"", `"resourceVersion":"abc"`, `"k":"w"`, 409, conflict},
		{"", `"resourceVersion":"0"`, `"k":"w"`, 409, conflict},
		{"&dryRun=All", `"resourceVersion":"0"`, `"n":"new"`, 200, ""},
	} {
		body := fmt.Sprintf(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a",%s},"data":{%s}}`, row.metadata, row.data)
		got := a.apply(configMaps+"/a", "fieldManager=two"+row.query, body)
		if got.code != row.code || !strings.Contains(got.message(), row.message) {
			t.Errorf("%s %s %s: %d %s, not %d %s", row.query, row.metadata, row.data, got.code, got.message(), row.code, row.message)
		}
	}
}
