package fieldmanagertest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// applies is a series of applies to one object, with updates between them.
type applies struct {
	Generator
	pair
	t    *testing.T
	live runtime.Object
	last map[string]map[string]any // what each manager has applied last
}

// write applies, and a second later once more; then somebody else may write.
func (a *applies) write() {
	manager, force := []string{"a", "b", "kubectl"}[a.Intn(3)], a.Intn(2) == 0
	applied := a.appliedConfiguration(manager)
	if !a.compare(applied, manager, force) {
		return
	}
	a.last[manager] = applied
	time.Sleep(time.Second)
	a.compare(applied, manager, false)
	switch a.Intn(4) {
	case 0, 1:
		a.update()
	case 2:
		a.clientSideApply(a.vary(runtime.DeepCopyJSON(applied)).(map[string]any))
		a.compare(a.vary(runtime.DeepCopyJSON(applied)).(map[string]any), "kubectl", false)
	}
}

// compare has the reference and the subject apply, and reports whether they could.
func (a *applies) compare(applied map[string]any, manager string, force bool) bool {
	before := text(a.live)
	want, wrong := a.reference.Apply(a.live.DeepCopyObject(), &unstructured.Unstructured{Object: runtime.DeepCopyJSON(applied)}, manager, force)
	got, err := a.subject.Apply(a.live, &unstructured.Unstructured{Object: runtime.DeepCopyJSON(applied)}, manager, force)
	if sentences(err) != sentences(wrong) {
		a.t.Fatalf("%v, reference %v", err, wrong)
	}
	if diff := cmp.Diff(before, text(a.live)); diff != "" {
		a.t.Fatalf("the live object has changed:\n%s", diff)
	}
	if err != nil {
		return false
	}
	if diff := cmp.Diff(text(want), text(got)); diff != "" {
		a.t.Fatalf("%s applies %s (-reference +subject):\n%s\nto %s", manager, text(applied), diff, before)
	}
	a.live = stored(got)
	return true
}

// update is somebody else's: it puts lists into another order.
func (a *applies) update() {
	next := a.live.DeepCopyObject()
	a.shuffle(reflect.ValueOf(next).Elem())
	a.live = a.subject.UpdateNoErrors(a.live, next, "updater")
}

// clientSideApply replaces the object by a configuration, as an update, and leaves the configuration in the annotation from
// which kubectl goes on to server-side apply.
func (a *applies) clientSideApply(configuration map[string]any) {
	next := a.empty()
	if runtime.DefaultUnstructuredConverter.FromUnstructured(configuration, next) != nil {
		return // a value that the kind cannot have
	}
	object, _ := meta.Accessor(next)
	text, _ := json.Marshal(configuration)
	object.SetAnnotations(map[string]string{corev1.LastAppliedConfigAnnotation: string(text)})
	object.SetUID("1")
	a.live = a.subject.UpdateNoErrors(a.live, next, "kubectl-client-side-apply")
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

// appliedConfiguration is a new one, or the manager's last one with some values changed.
func (a *applies) appliedConfiguration(manager string) map[string]any {
	if last := a.last[manager]; last != nil && a.Intn(3) > 0 {
		return a.vary(runtime.DeepCopyJSON(last)).(map[string]any)
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(a.Object(a.t))
	if err != nil {
		a.t.Fatal(err)
	}
	fields["metadata"] = map[string]any{"name": "x", "labels": map[string]any{fmt.Sprint("l", a.Intn(3)): fmt.Sprint(a.Intn(2))}}
	if a.Intn(3) > 0 {
		fields = tidy(fields).(map[string]any)
	}
	return fields
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

// vary changes a scalar here and there, and labels often. The object keeps its kind and its name.
func (a *applies) vary(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			switch name {
			case "apiVersion", "kind":
			case "metadata":
				if metadata, ok := v[name].(map[string]any); ok && metadata["name"] == "x" {
					a.varyLabels(metadata)
				}
			default:
				v[name] = a.vary(v[name])
			}
		}
	case []any:
		for i := range v {
			v[i] = a.vary(v[i])
		}
	case string:
		if a.Intn(10) == 0 {
			return a.word()
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

// varyLabels changes the values of labels, which other managers may have as well.
func (a *applies) varyLabels(metadata map[string]any) {
	labels, _ := metadata["labels"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		labels[name] = fmt.Sprint(a.Intn(2))
	}
}
