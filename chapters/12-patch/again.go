package patch

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// again tells whether an applier wants what it wanted last time, and has it: then nothing changes, not even the account.
// Most applies are such. It compares the wish with the Go object, and the fields that the wish names with those that the
// applier owns. False may mean that it is not sure.
func (s *shortcut) again(live runtime.Object, wish map[string]any, manager string) bool {
	plan := s.plan()
	object, err := meta.Accessor(live)
	if plan == nil || err != nil || len(s.reset.AllBut) > 0 || s.kind.Kind != wish["kind"] || s.kind.GroupVersion().String() != wish["apiVersion"] ||
		object.GetAnnotations()[lastApplied] != "" {
		return false
	}
	owned := s.owned(plan, object.GetManagedFields(), manager)
	if owned == nil {
		return false
	}
	w := wishing{}
	fields := w.record(plan, wish, reflect.ValueOf(live).Elem())
	for _, path := range s.reset.Below {
		fields = without(fields, path)
	}
	disown(fields)
	return !w.unmet && bytes.Equal(owned, appendWritten(nil, fields))
}

// lastApplied is where kubectl keeps what it applied by itself; the library keeps it up to date.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// owned are the fields of an applier, as they are stored. Nil: it has none, or the account needs to be put right.
func (s *shortcut) owned(p *plan, owners []metav1.ManagedFieldsEntry, manager string) (fields []byte) {
	for i, o := range owners {
		if o.FieldsType != "FieldsV1" || o.FieldsV1 == nil || o.APIVersion != s.kind.GroupVersion().String() || !known(o, owners[:i]) {
			return nil
		}
		if _, ok := scanFields(o.FieldsV1.GetRawBytes(), p, nil); !ok {
			return nil
		}
		if o.Manager == manager && o.Operation == metav1.ManagedFieldsOperationApply && o.Subresource == s.subresource {
			fields = o.FieldsV1.GetRawBytes()
		}
	}
	return fields
}

// wishing walks through a wish and an object side by side. It makes the fields that the wish names, as if all of them had
// been added. unmet: the object has something else, or the wish says something that is not plain.
type wishing struct{ unmet bool }

func (w *wishing) field(p *plan, name string, wish any, live side) (found changed) {
	found.name = name
	if wish == nil || live.null() {
		w.unmet = true
		return found
	}
	switch p.form {
	case record:
		found.below = w.record(p, wish, live.v)
	case mapping:
		found.below = w.mapping(p, wish, live.v)
	case keyed, set:
		found.below = w.list(p, wish, live.v)
	default:
		found.mark = added
		w.leaf(wish, live.v)
	}
	return found
}

func (w *wishing) record(p *plan, wish any, live reflect.Value) (found []changed) {
	fields, ok := wish.(map[string]any)
	if !ok || len(fields) == 0 { // an empty one is a leaf
		w.unmet = true
		return nil
	}
	for i := range p.fields {
		f := &p.fields[i]
		if value, ok := fields[f.name[len("f:"):]]; ok {
			found = append(found, w.field(f.plan, f.name, value, f.from(live, false)))
		}
	}
	w.unmet = w.unmet || len(found) < len(fields)
	return found
}

func (w *wishing) mapping(p *plan, wish any, live reflect.Value) (found []changed) {
	fields, ok := wish.(map[string]any)
	if !ok || len(fields) == 0 {
		w.unmet = true
		return nil
	}
	var d difference
	for name, value := range fields {
		v := live.MapIndex(reflect.ValueOf(name).Convert(live.Type().Key()))
		found = append(found, w.field(p.below, "f:"+d.plain(name), value, side{v: v, absent: !v.IsValid()}))
	}
	w.unmet = w.unmet || d.unsure
	slices.SortFunc(found, func(a, b changed) int { return strings.Compare(a.name, b.name) })
	return found
}

// list looks each wished element up among the live ones, and leaves them in the order of those: that of their names.
func (w *wishing) list(p *plan, wish any, live reflect.Value) (found []changed) {
	elements, ok := wish.([]any)
	if !ok || len(elements) == 0 {
		w.unmet = true
		return nil
	}
	wanted := map[string]any{}
	for _, element := range elements {
		wanted[w.name(p, element)] = element
	}
	var d difference
	for _, item := range d.items(p, live, false) {
		element, ok := wanted[item.name]
		if !ok {
			continue
		}
		one := changed{name: item.name, mark: added}
		if p.form == keyed {
			one.below = w.field(p.below, item.name, element, side{v: item.v}).below
		}
		found = append(found, one)
	}
	w.unmet = w.unmet || d.unsure || len(found) < len(elements)
	return found
}

// name is what managedFields call an element: v:"x", k:{"name":"app"}. A key that is left out has its default.
func (w *wishing) name(p *plan, element any) string {
	if p.form == set {
		return "v:" + w.scalar(element)
	}
	fields, _ := element.(map[string]any)
	name := []byte("k:{")
	for i, key := range p.keys {
		value, ok := fields[key.name[len("f:"):]]
		if !ok {
			value = key.missing
		}
		if i > 0 {
			name = append(name, ',')
		}
		name = append(append(append(append(name, `\"`...), key.name[len("f:"):]...), `\":`...), w.scalar(value)...)
	}
	return string(append(name, '}'))
}

func (w *wishing) scalar(v any) string {
	var d difference
	switch v := v.(type) {
	case string:
		text, _ := d.scalar(reflect.ValueOf(v))
		w.unmet = w.unmet || d.unsure
		return text
	case int64:
		return strconv.FormatInt(v, 10)
	case float64: // the default of a number
		return strconv.FormatInt(int64(v), 10)
	}
	w.unmet = true
	return ""
}

// leaf compares a value with a part of the object, as JSON has it.
func (w *wishing) leaf(wish any, live reflect.Value) {
	switch wish := wish.(type) {
	case string:
		if live.Kind() == reflect.String {
			w.unmet = w.unmet || live.String() != wish
			return
		}
	case bool:
		if live.Kind() == reflect.Bool {
			w.unmet = w.unmet || live.Bool() != wish
			return
		}
	case int64:
		if live.CanInt() {
			w.unmet = w.unmet || live.Int() != wish
			return
		}
	}
	wanted, err := json.Marshal(wish)
	if err != nil {
		w.unmet = true
		return
	}
	text, err := json.Marshal(pointerTo(live))
	w.unmet = w.unmet || err != nil || !sameJSON(wanted, text)
}

// sameJSON compares texts of which one has its fields sorted.
func sameJSON(a, b []byte) bool {
	var left, right any
	return bytes.Equal(a, b) || json.Unmarshal(a, &left) == nil && json.Unmarshal(b, &right) == nil && reflect.DeepEqual(left, right)
}
