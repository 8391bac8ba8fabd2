package patch

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// wishing walks through a wish and an object side by side, and writes into the object what it has otherwise. It makes the
// fields that the wish names, as if all of them had been added. unmet: the object has no place for the wish, or the wish
// says something that is not plain.
type wishing struct{ unmet, wrote bool }

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
		key := reflect.ValueOf(name).Convert(live.Type().Key())
		v := live.MapIndex(key)
		if !v.IsValid() {
			w.unmet = true
			return nil
		}
		copied := reflect.New(v.Type()).Elem() // an element of a map cannot be written to
		copied.Set(v)
		found = append(found, w.field(p.below, "f:"+d.plain(name), value, side{v: copied}))
		live.SetMapIndex(key, copied)
	}
	w.unmet = w.unmet || d.unsure
	slices.SortFunc(found, func(a, b changed) int { return strings.Compare(a.name, b.name) })
	return found
}

// list looks the wished elements up among the live ones, which have them in the same order: else the library would put
// them into another. The result is in the order of the names.
func (w *wishing) list(p *plan, wish any, live reflect.Value) []changed {
	elements, ok := wish.([]any)
	if !ok || len(elements) == 0 {
		w.unmet = true
		return nil
	}
	wanted := map[string]any{}
	names := make([]string, len(elements))
	for i, element := range elements {
		names[i] = w.name(p, element)
		wanted[names[i]] = element
	}
	var d difference
	var items []item
	for i := range live.Len() {
		one := d.item(p, live.Index(i))
		if _, ok := wanted[one.name]; !ok {
			continue
		}
		w.unmet = w.unmet || len(items) == len(names) || names[len(items)] != one.name
		if items = append(items, one); w.unmet {
			return nil
		}
	}
	w.unmet = w.unmet || d.unsure || len(items) < len(names)
	slices.SortFunc(items, item.compare)
	found := make([]changed, len(items))
	for i, one := range items {
		found[i] = changed{name: one.name, mark: added}
		if p.form == keyed {
			found[i].below = w.field(p.below, one.name, wanted[one.name], side{v: one.v}).below
		}
	}
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

// leaf makes a part of the object what the wish says, as JSON has it.
func (w *wishing) leaf(wish any, live reflect.Value) {
	if met(wish, live) {
		return
	}
	wanted, err := json.Marshal(wish)
	if err != nil || !live.CanSet() {
		w.unmet = true
		return
	}
	if text, err := json.Marshal(pointerTo(live)); err == nil && sameJSON(wanted, text) {
		return
	}
	w.wrote = true
	live.SetZero()
	if json.Unmarshal(wanted, live.Addr().Interface()) != nil {
		w.unmet = true
		return
	}
	text, err := json.Marshal(live.Addr().Interface())
	w.unmet = w.unmet || err != nil || !sameJSON(wanted, text) // a quantity in other words, an unknown field
}

// met compares scalars.
func met(wish any, live reflect.Value) bool {
	switch wish := wish.(type) {
	case string:
		return live.Kind() == reflect.String && live.String() == wish
	case bool:
		return live.Kind() == reflect.Bool && live.Bool() == wish
	case int64:
		return live.CanInt() && live.Int() == wish
	}
	return false
}

// sameJSON compares texts of which one has its fields sorted.
func sameJSON(a, b []byte) bool {
	var left, right any
	return bytes.Equal(a, b) || json.Unmarshal(a, &left) == nil && json.Unmarshal(b, &right) == nil && reflect.DeepEqual(left, right)
}
