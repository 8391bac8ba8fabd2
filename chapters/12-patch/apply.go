package patch

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// applyPatch reads an object that says all that one manager wants (server-side apply). It merges with what others have
// set; it conflicts with what they set otherwise; and what the manager wanted last time and leaves out now is removed.
// Upstream: applyPatcher.
func applyPatch(d *document) (change, error) {
	if d.call.Ownership == nil {
		return nil, errors.New("nobody keeps account of who owns what: apply cannot work")
	}
	return func(live runtime.Object) (runtime.Object, error) {
		wanted := &unstructured.Unstructured{Object: map[string]any{}}
		if err := yaml.Unmarshal(d.patch, &wanted.Object); err != nil {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("error decoding YAML: %v", err))
		}
		force := d.options.Force != nil && *d.options.Force
		obj, err := d.call.Ownership.Apply(live, wanted, d.options.FieldManager, force)
		if err != nil {
			return nil, err
		}
		return obj, d.judgeYAML()
	}, nil
}
