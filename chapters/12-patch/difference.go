package patch

import "reflect"

// difference compares two objects by a plan. It finds what typed.TypedValue.Compare finds, without making typed values
// of them. What it is not sure of it leaves to that: unsure is set, and the result means nothing.
type difference struct{ unsure bool }

// side is a value of one of the objects. JSON may leave it out (absent) or have a null for it.
type side struct {
	v      reflect.Value
	absent bool
}

// null reports a nil pointer, map or list where one has to stand. v is dereferenced after.
func (s *side) null() bool {
	if s.absent {
		return true
	}
	switch s.v.Kind() {
	case reflect.Pointer:
		if s.v.IsNil() {
			return true
		}
		s.v = s.v.Elem()
		return s.null()
	case reflect.Map, reflect.Slice:
		return s.v.IsNil()
	}
	return false
}

// compare returns what happened to the value itself, and to what lies below it.
func (d *difference) compare(p *plan, l, r side) (mark, []changed) {
	switch p.form {
	case record:
		return d.records(p, l, r)
	case mapping:
		return d.mappings(p, l, r)
	case keyed, set:
		return d.lists(p, l, r)
	}
	return d.leaf(l, r), nil
}

// whole is what happened to a value all of which is on one side.
func whole(l, r side) mark {
	switch {
	case l.absent:
		return added
	case r.absent:
		return removed
	}
	return onTheWay
}

func (d *difference) leaf(l, r side) mark {
	switch {
	case l.absent || r.absent:
		return whole(l, r)
	case d.equal(l.v, r.v):
		return onTheWay
	}
	return modified
}

func (d *difference) records(p *plan, l, r side) (mark, []changed) {
	noLeft, noRight := l.null(), r.null()
	var below []changed
	anything := false
	for i := range p.fields {
		f := &p.fields[i]
		left, right := f.from(l.v, noLeft), f.from(r.v, noRight)
		if left.absent && right.absent {
			continue
		}
		anything = true
		m, deeper := d.compare(f.plan, left, right)
		below = f.add(below, m, deeper)
	}
	if !anything {
		return d.empties(l, r, noLeft == noRight), nil
	}
	return whole(l, r), below
}

// from is the field's value in a struct; none: there is no struct.
func (f *planField) from(of reflect.Value, none bool) side {
	if none {
		return side{absent: true}
	}
	v := of.FieldByIndex(f.index)
	return side{v, f.omits.CanOmit(v)}
}

func (f *planField) add(to []changed, m mark, below []changed) []changed {
	if m == onTheWay && len(below) == 0 {
		return to
	}
	return append(to, changed{name: f.name, mark: m, below: below})
}

// empties is what happened to a value with nothing in it on either side; alike: both are empty or both null.
func (d *difference) empties(l, r side, alike bool) mark {
	if l.absent || r.absent {
		return whole(l, r)
	}
	if alike {
		return onTheWay
	}
	return modified
}
