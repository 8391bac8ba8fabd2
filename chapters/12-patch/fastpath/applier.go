package fastpath

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// applier walks through an applied configuration and an object together, and writes the values that differ into the object.
// It returns the fields of the applied configuration, as if all of them had been added. fallback is set if the object has no
// place for a value, or if the applied configuration has something that is not simple; wrote is set if a value differs.
type applier struct{ fallback, wrote bool }

func (a *applier) field(t *typeInfo, name string, applied any, live operand) fieldChange {
	field := fieldChange{name: name}
	if applied == nil || live.null() {
		a.fallback = true
		return field
	}
	switch t.kind {
	case structType:
		field.below = a.structFields(t, applied, live.v)
	case mapType:
		field.below = a.mapFields(t, applied, live.v)
	case keyedList, setList:
		field.below = a.listElements(t, applied, live.v)
	default:
		field.change = added
		a.set(applied, live.v)
	}
	return field
}

func (a *applier) structFields(t *typeInfo, applied any, live reflect.Value) (found []fieldChange) {
	fields, ok := applied.(map[string]any)
	if !ok || len(fields) == 0 { // an empty struct is a value itself
		a.fallback = true
		return nil
	}
	for i := range t.fields {
		f := &t.fields[i]
		if value, ok := fields[f.name[len("f:"):]]; ok {
			found = append(found, a.field(f.info, f.name, value, f.operand(live, false)))
		}
	}
	a.fallback = a.fallback || len(found) < len(fields) // unknown fields
	return found
}

func (a *applier) mapFields(t *typeInfo, applied any, live reflect.Value) (found []fieldChange) {
	fields, ok := applied.(map[string]any)
	if !ok || len(fields) == 0 {
		a.fallback = true
		return nil
	}
	var c comparer
	for name, value := range fields {
		key := reflect.ValueOf(name).Convert(live.Type().Key())
		v := live.MapIndex(key)
		if !v.IsValid() {
			a.fallback = true
			return nil
		}
		copied := reflect.New(v.Type()).Elem() // an element of a map cannot be set in place
		copied.Set(v)
		found = append(found, a.field(t.below, "f:"+c.unescaped(name), value, operand{v: copied}))
		live.SetMapIndex(key, copied)
	}
	a.fallback = a.fallback || c.fallback
	slices.SortFunc(found, fieldChange.compareNames)
	return found
}

func (f fieldChange) compareNames(other fieldChange) int { return strings.Compare(f.name, other.name) }

// listElements looks up the applied elements in the live list, which must have them in the same order: otherwise the merge
// changes the order. The result is sorted like managed fields.
func (a *applier) listElements(t *typeInfo, applied any, live reflect.Value) []fieldChange {
	elements, ok := applied.([]any)
	if !ok || len(elements) == 0 {
		a.fallback = true
		return nil
	}
	values := map[string]any{} // by the element's name
	names := make([]string, len(elements))
	for i, element := range elements {
		names[i] = a.name(t, element)
		values[names[i]] = element
	}
	var c comparer
	var items []item
	for i := range live.Len() {
		one := c.listItem(t, live.Index(i))
		if _, ok := values[one.name]; !ok {
			continue
		}
		a.fallback = a.fallback || len(items) == len(names) || names[len(items)] != one.name
		if items = append(items, one); a.fallback {
			return nil
		}
	}
	a.fallback = a.fallback || c.fallback || len(items) < len(names)
	slices.SortFunc(items, item.compare)
	found := make([]fieldChange, len(items))
	for i, one := range items {
		found[i] = fieldChange{name: one.name, change: added}
		if t.kind == keyedList {
			found[i].below = a.field(t.below, one.name, values[one.name], operand{v: one.v}).below
		}
	}
	return found
}

// name returns the name of an applied element in managed fields: v:"x", k:{"name":"app"}. A key that is omitted has its
// default.
func (a *applier) name(t *typeInfo, element any) string {
	if t.kind == setList {
		return "v:" + a.scalar(element)
	}
	fields, _ := element.(map[string]any)
	name := []byte("k:{")
	for i, key := range t.keys {
		value, ok := fields[key.name[len("f:"):]]
		if !ok {
			value = key.defaultValue
		}
		name = appendKey(name, i, key.name, a.scalar(value))
	}
	return string(append(name, '}'))
}

func (a *applier) scalar(v any) string {
	switch v := v.(type) {
	case string:
		var c comparer
		text, _ := c.scalar(reflect.ValueOf(v))
		a.fallback = a.fallback || c.fallback
		return text
	case int64:
		return strconv.FormatInt(v, 10)
	case float64: // the default of a number
		return strconv.FormatInt(int64(v), 10)
	}
	a.fallback = true
	return ""
}

// set sets a part of the object to the applied value, through JSON.
func (a *applier) set(applied any, live reflect.Value) {
	if equalScalars(applied, live) {
		return
	}
	want, err := json.Marshal(applied)
	if err != nil || !live.CanSet() {
		a.fallback = true
		return
	}
	if text, err := json.Marshal(pointerTo(live)); err == nil && equalJSON(want, text) {
		return
	}
	a.wrote = true
	live.SetZero()
	if json.Unmarshal(want, live.Addr().Interface()) != nil {
		a.fallback = true
		return
	}
	text, err := json.Marshal(live.Addr().Interface())
	a.fallback = a.fallback || err != nil || !equalJSON(want, text) // a quantity in another notation, an unknown field
}

func equalScalars(applied any, live reflect.Value) bool {
	switch applied := applied.(type) {
	case string:
		return live.Kind() == reflect.String && live.String() == applied
	case bool:
		return live.Kind() == reflect.Bool && live.Bool() == applied
	case int64:
		return live.CanInt() && live.Int() == applied
	}
	return false
}

// equalJSON compares two JSON texts. The fields of one are sorted.
func equalJSON(a, b []byte) bool {
	var left, right any
	return bytes.Equal(a, b) || json.Unmarshal(a, &left) == nil && json.Unmarshal(b, &right) == nil && reflect.DeepEqual(left, right)
}
