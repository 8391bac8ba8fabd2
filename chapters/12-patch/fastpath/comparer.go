package fastpath

import (
	"reflect"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/value"
)

// comparer compares two objects by the info of their type. The result is that of typed.TypedValue.Compare, but no typed
// values are made. fallback is set if the result is not certain, and must not be used.
type comparer struct{ fallback bool }

// operand is a value of one of the two objects. JSON may omit it (absent) or have null for it.
type operand struct {
	v      reflect.Value
	absent bool
}

// null reports whether a value is absent, or a nil pointer, map or list. Otherwise it dereferences v.
func (o *operand) null() bool {
	if o.absent {
		return true
	}
	switch o.v.Kind() {
	case reflect.Pointer:
		if o.v.IsNil() {
			return true
		}
		o.v = o.v.Elem()
		return o.null()
	case reflect.Map, reflect.Slice:
		return o.v.IsNil()
	}
	return false
}

// compare returns how the value itself changed, and how the values below it did.
func (c *comparer) compare(t *typeInfo, l, r operand) (changeType, []fieldChange) {
	switch t.kind {
	case structType:
		return c.structs(t, l, r)
	case mapType:
		return c.maps(t, l, r)
	case keyedList, setList:
		return c.lists(t, l, r)
	}
	return c.atomic(l, r), nil
}

// presence returns how a value changed, apart from the values below it.
func presence(l, r operand) changeType {
	switch {
	case l.absent:
		return added
	case r.absent:
		return removed
	}
	return unchanged
}

func (c *comparer) atomic(l, r operand) changeType {
	switch {
	case l.absent || r.absent:
		return presence(l, r)
	case c.equal(l.v, r.v):
		return unchanged
	}
	return modified
}

func (c *comparer) structs(t *typeInfo, l, r operand) (changeType, []fieldChange) {
	leftNull, rightNull := l.null(), r.null()
	var below []fieldChange
	empty := true
	for i := range t.fields {
		f := &t.fields[i]
		left, right := f.operand(l.v, leftNull), f.operand(r.v, rightNull)
		if left.absent && right.absent {
			continue
		}
		empty = false
		change, deeper := c.compare(f.info, left, right)
		if change != unchanged || len(deeper) > 0 {
			below = append(below, fieldChange{name: f.name, change: change, below: deeper})
		}
	}
	if empty {
		return empties(l, r, leftNull == rightNull), nil
	}
	return presence(l, r), below
}

// operand returns the field's value in a struct; null: there is no struct.
func (f *fieldInfo) operand(of reflect.Value, null bool) operand {
	if null {
		return operand{absent: true}
	}
	v := of.FieldByIndex(f.index)
	return operand{v, f.omits.CanOmit(v)}
}

// empties returns how a value changed that has no elements before or after; alike: both are empty, or both are null.
func empties(l, r operand, alike bool) changeType {
	if l.absent || r.absent {
		return presence(l, r)
	}
	if alike {
		return unchanged
	}
	return modified
}

// equal compares two values that are not absent, as value.Equals does: a list that is null does not equal an empty one.
func (c *comparer) equal(l, r reflect.Value) bool {
	switch l.Kind() {
	case reflect.String:
		return l.String() == r.String()
	case reflect.Bool:
		return l.Bool() == r.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return l.Int() == r.Int()
	case reflect.Slice:
		return reflect.DeepEqual(l.Interface(), r.Interface())
	case reflect.Pointer:
		if l.IsNil() || r.IsNil() {
			return l.IsNil() == r.IsNil()
		}
		return c.equal(l.Elem(), r.Elem())
	}
	switch left := pointerTo(l).(type) {
	case *metav1.Time:
		right := pointerTo(r).(*metav1.Time)
		return left.IsZero() == right.IsZero() && (left.IsZero() || left.Unix() == right.Unix())
	case *resource.Quantity:
		right := pointerTo(r).(*resource.Quantity)
		return *left == *right || left.String() == right.String()
	}
	return c.equalAsJSON(l, r)
}

func (c *comparer) equalAsJSON(l, r reflect.Value) bool {
	if reflect.DeepEqual(l.Interface(), r.Interface()) {
		return true
	}
	left, err := value.NewValueReflect(pointerTo(l))
	if err != nil {
		c.fallback = true
		return false
	}
	right, err := value.NewValueReflect(pointerTo(r))
	c.fallback = c.fallback || err != nil
	return err == nil && value.Equals(left, right)
}

// pointerTo returns a pointer to v, or to a copy if v has no address (an element of a map).
func pointerTo(v reflect.Value) any {
	if v.CanAddr() {
		return v.Addr().Interface()
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p.Interface()
}
