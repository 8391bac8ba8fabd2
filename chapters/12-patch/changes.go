package patch

import (
	"encoding/json"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// change of a field: what happened to it.
type mark uint8

const (
	onTheWay mark = iota // nothing: what changed lies below
	added
	modified
	removed
)

// changed is a field that changed, or on the way to one that did. Its name is an element of a path as managedFields
// writes it between quotes: f:image, k:{\"name\":\"app\"}, v:\"x\".
type changed struct {
	name    string
	mark    mark
	unowned bool // nobody can own it: it is the server's
	below   []changed
}

// counts are of marked fields: those that have a new value (not unowned ones), and those that are gone.
type counts struct{ written, removed int }

func count(fields []changed) (n counts) {
	for i := range fields {
		f := &fields[i]
		switch {
		case f.mark == removed:
			n.removed++
		case f.mark != onTheWay && !f.unowned:
			n.written++
		}
		below := count(f.below)
		n.written += below.written
		n.removed += below.removed
	}
	return n
}

// servers are the fields of metadata and beside it that have no owner. Upstream: stripMetaManager.
var servers = map[string]map[string]bool{
	"": {"f:apiVersion": true, "f:kind": true, "f:metadata": true},
	"f:metadata": {"f:name": true, "f:namespace": true, "f:creationTimestamp": true, "f:selfLink": true, "f:uid": true,
		"f:clusterName": true, "f:generation": true, "f:managedFields": true, "f:resourceVersion": true},
}

// disown marks the server's fields.
func disown(fields []changed) {
	for i := range fields {
		fields[i].unowned = servers[""][fields[i].name]
		for j := range fields[i].below {
			fields[i].below[j].unowned = servers[fields[i].name][fields[i].below[j].name]
		}
	}
}

// without drops what lies at or below a path.
func without(fields []changed, path []string) []changed {
	for i := range fields {
		if fields[i].name != "f:"+path[0] {
			continue
		}
		if len(path) > 1 {
			fields[i].below = without(fields[i].below, path[1:])
			return fields
		}
		return append(fields[:i], fields[i+1:]...)
	}
	return fields
}

// appendWritten appends the fields that have a new value, as FieldsV1.
func appendWritten(to []byte, fields []changed) []byte {
	return append(appendFields(append(to, '{'), fields), '}')
}

// appendFields appends to the fields of an object of which some may stand there already.
func appendFields(to []byte, fields []changed) []byte {
	for i := range fields {
		f := &fields[i]
		start := len(to)
		if to[start-1] != '{' {
			to = append(to, ',')
		}
		to = append(append(append(to, '"'), f.name...), `":{`...)
		opened, owns := len(to), (f.mark == added || f.mark == modified) && !f.unowned
		if owns {
			to = append(to, `".":{}`...)
		}
		dotted := len(to)
		to = appendFields(to, f.below)
		switch {
		case len(to) > dotted:
		case owns:
			to = to[:opened]
		default:
			to = to[:start]
			continue
		}
		to = append(to, '}')
	}
	return to
}

// sets are the changes as the library has them: what has a new value, what of that can be owned, and what is gone.
func sets(fields []changed) (written, owned, gone *fieldpath.Set, err error) {
	written, owned, gone = fieldpath.NewSet(), fieldpath.NewSet(), fieldpath.NewSet()
	var walk func(fieldpath.Path, []changed) error
	walk = func(path fieldpath.Path, fields []changed) error {
		for i := range fields {
			f := &fields[i]
			element, err := element(f.name)
			if err != nil {
				return err
			}
			at := append(path[:len(path):len(path)], element)
			switch {
			case f.mark == removed:
				gone.Insert(at)
			case f.mark != onTheWay:
				written.Insert(at)
				if !f.unowned {
					owned.Insert(at)
				}
			}
			if err := walk(at, f.below); err != nil {
				return err
			}
		}
		return nil
	}
	return written, owned, gone, walk(nil, fields)
}

func element(name string) (fieldpath.PathElement, error) {
	var text string
	if err := json.Unmarshal([]byte(`"`+name+`"`), &text); err != nil {
		return fieldpath.PathElement{}, err
	}
	return fieldpath.DeserializePathElement(text)
}
