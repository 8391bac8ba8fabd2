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
	if d.call.Ownership == nil {
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
		obj, err := d.call.Ownership.Apply(live, wanted, d.options.FieldManager, force)
		if ended := d.call.Context.Err(); ended != nil {
			return nil, ended
		}
		if err != nil || strict {
			return obj, err
		}
		return obj, d.judgeYAML()
	}, nil
}

// checkValues refuses (413) YAML that has become too many values. Those of JSON were counted before it was read.
func checkValues(text []byte, fields map[string]any) error {
	if bytes.HasPrefix(text, []byte("{")) && json.Valid(text) {
		return nil
	}
	converted, err := json.Marshal(fields)
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	return kinds.CheckValues(converted)
}
