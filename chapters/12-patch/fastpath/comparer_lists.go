package fastpath

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// item is an element of a map or list, with its name in managed fields.
type item struct {
	name string
	keys []any // strings and numbers by which elements of lists are sorted; elements of maps are sorted by name
	v    reflect.Value
}

func (i item) compare(other item) int {
	for at := range min(len(i.keys), len(other.keys)) {
		if c := compareScalars(i.keys[at], other.keys[at]); c != 0 {
			return c
		}
	}
	return strings.Compare(i.name, other.name)
}

// compareScalars compares two values of one type.
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

func (c *comparer) maps(t *typeInfo, l, r operand) (changeType, []fieldChange) {
	leftNull, rightNull := l.null(), r.null()
	switch {
	case (leftNull || l.v.Len() == 0) && (rightNull || r.v.Len() == 0):
		return empties(l, r, leftNull == rightNull), nil
	case !leftNull && !rightNull && equalStrings(l.v, r.v):
		return unchanged, nil
	}
	return presence(l, r), c.items(t.below, c.mapItems(l.v, leftNull), c.mapItems(r.v, rightNull))
}

// equalStrings compares maps of strings, such as labels.
func equalStrings(l, r reflect.Value) bool {
	left, ok := l.Interface().(map[string]string)
	if !ok {
		return false
	}
	right, ok := r.Interface().(map[string]string)
	return ok && maps.Equal(left, right)
}

// mapItems returns the elements of a map, sorted.
func (c *comparer) mapItems(m reflect.Value, null bool) []item {
	if null || m.Len() == 0 {
		return nil
	}
	found := make([]item, 0, m.Len())
	for i := m.MapRange(); i.Next(); {
		found = append(found, item{name: "f:" + c.unescaped(i.Key().String()), v: i.Value()})
	}
	slices.SortFunc(found, item.compare)
	return found
}

func (c *comparer) lists(t *typeInfo, l, r operand) (changeType, []fieldChange) {
	leftNull, rightNull := l.null(), r.null()
	switch {
	case (leftNull || l.v.Len() == 0) && (rightNull || r.v.Len() == 0):
		return empties(l, r, leftNull == rightNull), nil
	case !leftNull && !rightNull && c.equalElements(t.below, l.v, r.v):
		c.fallback = c.fallback || !t.haveKeys(l.v)
		return unchanged, nil
	}
	return presence(l, r), c.items(t.below, c.listItems(t, l.v, leftNull), c.listItems(t, r.v, rightNull))
}

// equalElements compares the elements in the order of the lists.
func (c *comparer) equalElements(t *typeInfo, l, r reflect.Value) bool {
	if l.Len() != r.Len() {
		return false
	}
	for i := range l.Len() {
		if change, below := c.compare(t, operand{v: l.Index(i)}, operand{v: r.Index(i)}); change != unchanged || len(below) > 0 {
			return false
		}
	}
	return true
}

// haveKeys reports whether all elements of a list have their keys. structured-merge-diff cannot name others.
func (t *typeInfo) haveKeys(list reflect.Value) bool {
	for i := range t.keys {
		k := &t.keys[i]
		for at := range list.Len() {
			if k.defaultValue == nil && k.operand(pointedTo(list.Index(at)), false).absent {
				return false
			}
		}
	}
	return true
}

// listItems returns the elements of a list, sorted. Duplicates are left to the plain field manager.
func (c *comparer) listItems(t *typeInfo, list reflect.Value, null bool) []item {
	if null || list.Len() == 0 {
		return nil
	}
	found := make([]item, 0, list.Len())
	for i := range list.Len() {
		found = append(found, c.listItem(t, list.Index(i)))
	}
	slices.SortFunc(found, item.compare)
	for i := 1; i < len(found); i++ {
		c.fallback = c.fallback || found[i].name == found[i-1].name
	}
	return found
}

// listItem returns an element of a list with its name: v:"x" in a set, k:{"name":"app"} in a list with keys.
func (c *comparer) listItem(t *typeInfo, element reflect.Value) item {
	v := pointedTo(element)
	if !v.IsValid() {
		c.fallback = true
		return item{}
	}
	if t.kind == setList {
		text, scalar := c.scalar(v)
		return item{name: "v:" + text, keys: []any{scalar}, v: v}
	}
	name := []byte("k:{")
	keys := make([]any, 0, len(t.keys))
	for i := range t.keys {
		k := &t.keys[i]
		field := k.operand(v, false)
		key := pointedTo(field.v)
		if field.absent && k.defaultValue != nil {
			key = reflect.ValueOf(k.defaultValue)
		}
		if field.absent && k.defaultValue == nil || !key.IsValid() {
			c.fallback = true
			return item{}
		}
		text, scalar := c.scalar(key)
		name = appendKey(name, i, k.name, text)
		keys = append(keys, scalar)
	}
	return item{name: string(append(name, '}')), keys: keys, v: v}
}

// appendKey appends key number i to the name of an element: \"name\":\"app\".
func appendKey(to []byte, i int, field, text string) []byte {
	if i > 0 {
		to = append(to, ',')
	}
	return append(append(append(append(to, `\"`...), field[len("f:"):]...), `\":`...), text...)
}

// scalar returns a value as it is written in a name, and as it is sorted.
func (c *comparer) scalar(v reflect.Value) (string, any) {
	switch v.Kind() {
	case reflect.String:
		return `\"` + c.unescaped(v.String()) + `\"`, v.String()
	case reflect.Int32, reflect.Int64, reflect.Int:
		return strconv.FormatInt(v.Int(), 10), v.Int()
	case reflect.Float64: // the default of a number
		return strconv.FormatInt(int64(v.Float()), 10), int64(v.Float())
	}
	c.fallback = true
	return "", nil
}

// unescaped returns text if JSON escapes none of it. Other text is left to the plain field manager.
func (c *comparer) unescaped(text string) string {
	for i := range len(text) {
		switch b := text[i]; {
		case b < ' ', b > '~', b == '"', b == '\\', b == '<', b == '>', b == '&':
			c.fallback = true
		}
	}
	return text
}

// items compares the elements that have the same name. Both lists are sorted.
func (c *comparer) items(t *typeInfo, l, r []item) (changes []fieldChange) {
	if c.fallback {
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
		left, right, name := operand{absent: true}, operand{absent: true}, ""
		if order <= 0 {
			left, name, l = operand{v: l[0].v}, l[0].name, l[1:]
		}
		if order >= 0 {
			right, name, r = operand{v: r[0].v}, r[0].name, r[1:]
		}
		if change, below := c.compare(t, left, right); change != unchanged || len(below) > 0 {
			changes = append(changes, fieldChange{name: name, change: change, below: below})
		}
	}
	return changes
}

// pointedTo returns the value that v points to, or v; for nil, the zero Value.
func pointedTo(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Pointer {
		return v.Elem()
	}
	return v
}
