package patch

import (
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
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
		served, err := d.call.Codecs.InVersion(old, d.call.Kind)
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
		patched, err := guarded(func() (strategicpatch.JSONMap, error) {
			return strategicpatch.StrategicMergeMapPatch(current, runtime.DeepCopyJSON(fields), schema)
		})
		if err != nil {
			return nil, strategicError(err)
		}
		obj, err := d.typed(patched, fields, faults)
		if err != nil {
			return nil, err
		}
		return d.call.Account(old, obj, d.options.FieldManager), nil
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
	return d.call.Codecs.Complete(obj)
}

// strategicError is a 400 for a patch that is malformed by itself, a 422 for one that contradicts itself. What else goes
// wrong is told as it is. Upstream: interpretStrategicMergePatchError.
func strategicError(err error) error {
	switch err {
	case mergepatch.ErrBadJSONDoc, mergepatch.ErrBadPatchFormatForPrimitiveList, mergepatch.ErrBadPatchFormatForRetainKeys,
		mergepatch.ErrBadPatchFormatForSetElementOrderList, mergepatch.ErrUnsupportedStrategicMergePatchFormat:
		return apierrors.NewBadRequest(err.Error())
	case mergepatch.ErrNoListOfLists, mergepatch.ErrPatchContentNotMatchRetainKeys:
		return unprocessable(err)
	}
	return err
}
