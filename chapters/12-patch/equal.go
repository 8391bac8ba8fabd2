package patch

import (
	"reflect"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/value"
)

// equal compares two values, neither of which is absent, as value.Equals does: a list that is null is not an empty one.
func (d *difference) equal(l, r reflect.Value) bool {
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
		return d.equal(l.Elem(), r.Elem())
	}
	switch left := pointerTo(l).(type) {
	case *metav1.Time:
		right := pointerTo(r).(*metav1.Time)
		return left.IsZero() == right.IsZero() && (left.IsZero() || left.Unix() == right.Unix())
	case *resource.Quantity:
		right := pointerTo(r).(*resource.Quantity)
		return *left == *right || left.String() == right.String()
	}
	return d.equalAsJSON(l, r)
}

// equalAsJSON is the long way.
func (d *difference) equalAsJSON(l, r reflect.Value) bool {
	if reflect.DeepEqual(l.Interface(), r.Interface()) {
		return true
	}
	left, err := value.NewValueReflect(pointerTo(l))
	if err != nil {
		d.unsure = true
		return false
	}
	right, err := value.NewValueReflect(pointerTo(r))
	d.unsure = d.unsure || err != nil
	return err == nil && value.Equals(left, right)
}

// pointerTo points to v, or to a copy where v has no address (an element of a map).
func pointerTo(v reflect.Value) any {
	if v.CanAddr() {
		return v.Addr().Interface()
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p.Interface()
}
