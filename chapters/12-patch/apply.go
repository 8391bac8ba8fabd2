package patch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

// applyPatch reads an object that says all that one manager wants (server-side apply). It merges with what others have
// set; it conflicts with what they set otherwise; and what the manager wanted last time and leaves out now is removed.
// Upstream: applyPatcher.
func applyPatch(d *document) (change, error) {
	if d.call.FieldManager == nil {
		return nil, errors.New("nobody keeps account of who owns what: apply cannot work")
	}
	fields, strict, err := readWanted(d.patch)
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("error decoding YAML: %v", err))
	}
	if err := checkValues(d.patch, fields); err != nil {
		return nil, err
	}
	return func(live runtime.Object) (runtime.Object, error) {
		wanted := &unstructured.Unstructured{Object: fields}
		force := d.options.Force != nil && *d.options.Force
		if err := d.call.Context.Err(); err != nil {
			return nil, err
		}
		obj, err := d.call.FieldManager.Apply(live, wanted, d.options.FieldManager, force)
		if ended := d.call.Context.Err(); ended != nil {
			return nil, ended
		}
		if err != nil || strict {
			return obj, err
		}
		return obj, d.judgeYAML()
	}, nil
}

// maxApplied is how many fields one map of an applied configuration may have: the merge inserts each into a sorted list
// of its owner's fields, which takes a time that is quadratic in their number.
const maxApplied = 50_000

// checkValues refuses (413) YAML that has become too many values, and maps of too many fields. The values of JSON were
// counted before it was read.
func checkValues(text []byte, fields map[string]any) error {
	if n := widest(fields); n > maxApplied {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d fields in a map that is applied, got %d", maxApplied, n))
	}
	if bytes.HasPrefix(text, []byte("{")) && json.Valid(text) {
		return nil
	}
	converted, err := json.Marshal(fields)
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	return kinds.CheckValues(converted)
}

// widest is the number of fields of the largest map in v.
func widest(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		n = len(v)
		for _, below := range v {
			n = max(n, widest(below))
		}
	case []any:
		for _, below := range v {
			n = max(n, widest(below))
		}
	}
	return n
}
