package patch

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// item is an element of a map or list under the name that managedFields gives it.
type item struct {
	name  string
	order []any // what elements of lists are sorted by: strings, numbers and booleans; those of maps by name
	v     reflect.Value
}

func (i item) compare(other item) int {
	for at := range min(len(i.order), len(other.order)) {
		if c := compareScalars(i.order[at], other.order[at]); c != 0 {
			return c
		}
	}
	return strings.Compare(i.name, other.name)
}

// compareScalars compares two of one type.
func compareScalars(a, b any) int {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b)
		}
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b)
		}
	}
	return 0
}

func (d *difference) mappings(p *plan, l, r side) (mark, []changed) {
	noLeft, noRight := l.null(), r.null()
	switch {
	case (noLeft || l.v.Len() == 0) && (noRight || r.v.Len() == 0):
		return d.empties(l, r, noLeft == noRight), nil
	case !noLeft && !noRight && sameStrings(l.v, r.v):
		return onTheWay, nil
	}
	return whole(l, r), d.zip(p.below, d.entries(l.v, noLeft), d.entries(r.v, noRight))
}

// sameStrings compares labels and what else is a map of strings.
func sameStrings(l, r reflect.Value) bool {
	left, ok := l.Interface().(map[string]string)
	if !ok {
		return false
	}
	right, ok := r.Interface().(map[string]string)
	return ok && maps.Equal(left, right)
}

// entries of a map, sorted.
func (d *difference) entries(m reflect.Value, none bool) []item {
	if none || m.Len() == 0 {
		return nil
	}
	found := make([]item, 0, m.Len())
	for i := m.MapRange(); i.Next(); {
		found = append(found, item{name: "f:" + d.plain(i.Key().String()), v: i.Value()})
	}
	slices.SortFunc(found, item.compare)
	return found
}

func (d *difference) lists(p *plan, l, r side) (mark, []changed) {
	noLeft, noRight := l.null(), r.null()
	switch {
	case (noLeft || l.v.Len() == 0) && (noRight || r.v.Len() == 0):
		return d.empties(l, r, noLeft == noRight), nil
	case !noLeft && !noRight && d.sameElements(p.below, l.v, r.v):
		d.unsure = d.unsure || !p.haveKeys(l.v)
		return onTheWay, nil
	}
	return whole(l, r), d.zip(p.below, d.items(p, l.v, noLeft), d.items(p, r.v, noRight))
}

// sameElements compares element by element, in the order in which they stand.
func (d *difference) sameElements(p *plan, l, r reflect.Value) bool {
	if l.Len() != r.Len() {
		return false
	}
	for i := range l.Len() {
		if m, below := d.compare(p, side{v: l.Index(i)}, side{v: r.Index(i)}); m != onTheWay || len(below) > 0 {
			return false
		}
	}
	return true
}

// haveKeys: the library has no name for an element without keys.
func (p *plan) haveKeys(list reflect.Value) bool {
	for i := range p.keys {
		k := &p.keys[i]
		for at := range list.Len() {
			if k.missing == nil && k.from(indirectValue(list.Index(at)), false).absent {
				return false
			}
		}
	}
	return true
}

// items are a list's elements, sorted. Two with one name are left to the library.
func (d *difference) items(p *plan, list reflect.Value, none bool) []item {
	if none || list.Len() == 0 {
		return nil
	}
	found := make([]item, 0, list.Len())
	for i := range list.Len() {
		found = append(found, d.item(p, list.Index(i)))
	}
	slices.SortFunc(found, item.compare)
	for i := 1; i < len(found); i++ {
		d.unsure = d.unsure || found[i].name == found[i-1].name
	}
	return found
}

// item is an element of a list.
func (d *difference) item(p *plan, element reflect.Value) item {
	v := indirectValue(element)
	switch {
	case !v.IsValid():
		d.unsure = true
		return item{}
	case p.form == set:
		return d.element(v)
	}
	return d.keyed(p, v)
}

// element is one of a set.
func (d *difference) element(v reflect.Value) item {
	text, scalar := d.scalar(v)
	return item{name: "v:" + text, order: []any{scalar}, v: v}
}

// keyed is an element that is known by some of its fields.
func (d *difference) keyed(p *plan, v reflect.Value) item {
	name := []byte("k:{")
	order := make([]any, 0, len(p.keys))
	for i := range p.keys {
		k := &p.keys[i]
		of := k.from(v, false)
		key := indirectValue(of.v)
		if of.absent && k.missing != nil {
			key = reflect.ValueOf(k.missing)
		}
		if of.absent && k.missing == nil || !key.IsValid() {
			d.unsure = true
			return item{}
		}
		text, scalar := d.scalar(key)
		if i > 0 {
			name = append(name, ',')
		}
		name = append(append(append(append(name, `\"`...), k.name[len("f:"):]...), `\":`...), text...)
		order = append(order, scalar)
	}
	return item{name: string(append(name, '}')), order: order, v: v}
}

// scalar is a value as it stands in a name, and as it is sorted.
func (d *difference) scalar(v reflect.Value) (string, any) {
	switch v.Kind() {
	case reflect.String:
		return `\"` + d.plain(v.String()) + `\"`, v.String()
	case reflect.Int32, reflect.Int64, reflect.Int:
		return strconv.FormatInt(v.Int(), 10), v.Int()
	case reflect.Float64: // the default of a number
		return strconv.FormatInt(int64(v.Float()), 10), int64(v.Float())
	}
	d.unsure = true
	return "", nil
}

// plain returns text if JSON writes it as it is, twice over. Other text is left to the library.
func (d *difference) plain(text string) string {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			d.unsure = true
		}
	}
	return text
}

// zip compares the elements that have the same name.
func (d *difference) zip(p *plan, l, r []item) (changes []changed) {
	if d.unsure {
		return nil
	}
	for len(l) > 0 || len(r) > 0 {
		order := 0
		switch {
		case len(l) == 0:
			order = 1
		case len(r) == 0:
			order = -1
		default:
			order = l[0].compare(r[0])
		}
		left, right, name := side{absent: true}, side{absent: true}, ""
		if order <= 0 {
			left, name, l = side{v: l[0].v}, l[0].name, l[1:]
		}
		if order >= 0 {
			right, name, r = side{v: r[0].v}, r[0].name, r[1:]
		}
		if m, below := d.compare(p, left, right); m != onTheWay || len(below) > 0 {
			changes = append(changes, changed{name: name, mark: m, below: below})
		}
	}
	return changes
}

// indirectValue is what v points to; invalid for nil.
func indirectValue(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Pointer {
		return v.Elem()
	}
	return v
}
