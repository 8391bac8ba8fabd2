package patch

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	lookup "k8s.io/apimachinery/pkg/util/strategicpatch"

	"kubepath/chapters/12-patch/strategicpatch"
)

// strategicPatch reads a merge patch that knows the types: lists are merged by the key that a field's tag names
// (patchMergeKey), and directives ($patch, $retainKeys, $setElementOrder, $deleteFromPrimitiveList) say otherwise where
// that is wanted. Upstream: smpPatcher.
func strategicPatch(d *document) (change, error) {
	var fields map[string]any
	faults, err := d.unmarshal(&fields)
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	return func(old runtime.Object) (runtime.Object, error) {
		served, err := d.call.Codecs.FromHub(old, d.call.Kind)
		if err != nil {
			return nil, err
		}
		current, err := runtime.DefaultUnstructuredConverter.ToUnstructured(served)
		if err != nil {
			return nil, err
		}
		schema, err := d.call.Codecs.Scheme.New(d.call.Kind)
		if err != nil {
			return nil, err
		}
		tags, err := lookup.NewPatchMetaFromStruct(schema)
		if err != nil {
			return nil, err
		}
		patched, err := guarded(func() (map[string]any, error) {
			return strategicpatch.Merge(d.call.Context, current, fields, tags)
		})
		if err != nil {
			return nil, d.strategicError(err)
		}
		obj, err := d.typed(patched, fields, faults)
		if err != nil {
			return nil, err
		}
		return d.call.UpdateManagedFields(old, obj, d.options.FieldManager), nil
	}, nil
}

// typed makes an object of the patched fields: defaulted, in its hub version.
func (d *document) typed(patched, patch map[string]any, faults []error) (runtime.Object, error) {
	obj, err := d.call.Codecs.Scheme.New(d.call.Kind)
	if err != nil {
		return nil, err
	}
	err = runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(patched, obj, d.strict())
	if err := d.judge(faults, err, fmt.Sprintf("%+v", patch)); err != nil {
		return nil, err
	}
	obj.GetObjectKind().SetGroupVersionKind(d.call.Kind)
	return d.call.Codecs.ToHub(obj)
}

// strategicError is what the client gets for a patch that cannot be merged: a 422 for one that contradicts itself, a 400
// for directives of a wrong form, and a 500 for the rest, as upstream; but for a FormatError, which is the client's mistake
// and a 500 upstream. Upstream: interpretStrategicMergePatchError.
func (d *document) strategicError(err error) error {
	var format strategicpatch.FormatError
	switch {
	case errors.Is(err, mergepatch.ErrNoListOfLists), errors.Is(err, mergepatch.ErrPatchContentNotMatchRetainKeys):
		return unprocessable(err)
	case errors.As(err, &format),
		errors.Is(err, mergepatch.ErrBadJSONDoc),
		errors.Is(err, mergepatch.ErrBadPatchFormatForPrimitiveList),
		errors.Is(err, mergepatch.ErrBadPatchFormatForRetainKeys),
		errors.Is(err, mergepatch.ErrBadPatchFormatForSetElementOrderList),
		errors.Is(err, mergepatch.ErrUnsupportedStrategicMergePatchFormat):
		return apierrors.NewBadRequest(err.Error())
	}
	return err
}
