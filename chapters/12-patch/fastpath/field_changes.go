package fastpath

import (
	"encoding/json"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// changeType is how a field changed.
type changeType uint8

const (
	unchanged changeType = iota // fields below it may have changed
	added
	modified
	removed
)

// fieldChange is a changed field, or one with a changed field below it. Its name is an element of a path, escaped as in
// managed fields: f:image, k:{\"name\":\"app\"}, v:\"x\".
type fieldChange struct {
	name     string
	change   changeType
	stripped bool // the server sets it: it has no manager
	below    []fieldChange
}

// writes reports whether a field has a new value and gets a manager.
func (f *fieldChange) writes() bool {
	return (f.change == added || f.change == modified) && !f.stripped
}

// counts are how many fields have a new value, without stripped ones, and how many are removed.
type counts struct{ written, removed int }

func count(fields []fieldChange) (n counts) {
	for i := range fields {
		f := &fields[i]
		switch {
		case f.change == removed:
			n.removed++
		case f.writes():
			n.written++
		}
		below := count(f.below)
		n.written += below.written
		n.removed += below.removed
	}
	return n
}

// strippedFields are the fields without a manager, by the name of the parent field. See stripped in package patch.
var strippedFields = map[string]map[string]bool{
	"": {"f:apiVersion": true, "f:kind": true, "f:metadata": true},
	"f:metadata": {"f:name": true, "f:namespace": true, "f:creationTimestamp": true, "f:selfLink": true, "f:uid": true,
		"f:clusterName": true, "f:generation": true, "f:managedFields": true, "f:resourceVersion": true},
}

func markStripped(fields []fieldChange) {
	for i := range fields {
		f := &fields[i]
		f.stripped = strippedFields[""][f.name]
		for j := range f.below {
			f.below[j].stripped = strippedFields[f.name][f.below[j].name]
		}
	}
}

// exclude removes the fields at and below a path.
func exclude(fields []fieldChange, path []string) []fieldChange {
	for i := range fields {
		if fields[i].name != "f:"+path[0] {
			continue
		}
		if len(path) > 1 {
			fields[i].below = exclude(fields[i].below, path[1:])
			return fields
		}
		return append(fields[:i], fields[i+1:]...)
	}
	return fields
}

// appendWritten appends the fields that have a new value, as FieldsV1.
func appendWritten(to []byte, fields []fieldChange) []byte {
	return append(appendFields(append(to, '{'), fields), '}')
}

// appendFields appends fields to a JSON object, which may already have some.
func appendFields(to []byte, fields []fieldChange) []byte {
	for i := range fields {
		f := &fields[i]
		start := len(to)
		if to[start-1] != '{' {
			to = append(to, ',')
		}
		to = append(append(append(to, '"'), f.name...), `":{`...)
		opened := len(to)
		if f.writes() {
			to = append(to, `".":{}`...)
		}
		dotted := len(to)
		to = appendFields(to, f.below)
		switch {
		case len(to) > dotted:
		case f.writes(): // {".":{}} is shortened to {}
			to = to[:opened]
		default: // no field below it is written
			to = to[:start]
			continue
		}
		to = append(to, '}')
	}
	return to
}

// insert inserts changes at and below a path into sets: written has those with a new value, owned those of them that are not
// stripped.
func insert(fields []fieldChange, path fieldpath.Path, written, owned, gone *fieldpath.Set) error {
	for i := range fields {
		f := &fields[i]
		element, err := pathElement(f.name)
		if err != nil {
			return err
		}
		at := append(path[:len(path):len(path)], element)
		switch f.change {
		case removed:
			gone.Insert(at)
		case added, modified:
			written.Insert(at)
			if !f.stripped {
				owned.Insert(at)
			}
		}
		if err := insert(f.below, at, written, owned, gone); err != nil {
			return err
		}
	}
	return nil
}

func pathElement(name string) (fieldpath.PathElement, error) {
	var text string
	if err := json.Unmarshal([]byte(`"`+name+`"`), &text); err != nil {
		return fieldpath.PathElement{}, err
	}
	return fieldpath.DeserializePathElement(text)
}
