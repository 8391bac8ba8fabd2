package patch

import (
	"encoding/json"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	rest "kubepath/chapters/04-rest"
)

// strategicPatch reads a merge patch that knows the types: lists are merged by the key that a field's tag names
// (patchMergeKey), and directives ($patch, $retainKeys, $setElementOrder, $deleteFromPrimitiveList) say otherwise where
// that is wanted. Upstream: smpPatcher.
func strategicPatch(d *document) (change, error) {
	var fields map[string]any
	if err := json.Unmarshal(d.patch, &fields); err != nil {
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
		patched, err := strategicpatch.StrategicMergeMapPatch(current, runtime.DeepCopyJSON(fields), schema)
		if err != nil {
			return nil, strategicError(err)
		}
		return d.typed(patched, fields)
	}, nil
}

// typed makes an object of the patched fields: defaulted, in its hub version.
func (d *document) typed(patched, patch map[string]any) (runtime.Object, error) {
	obj, err := d.call.Codecs.Scheme.New(d.call.Kind)
	if err != nil {
		return nil, err
	}
	strict := d.fieldValidation != metav1.FieldValidationIgnore
	err = runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(patched, obj, strict)
	if found, ok := runtime.AsStrictDecodingError(err); ok && d.fieldValidation != metav1.FieldValidationStrict {
		for _, problem := range found.Errors() {
			rest.AddWarning(d.call.Context, problem.Error())
		}
		err = nil
	}
	if err != nil {
		return nil, invalid(patch, err)
	}
	obj.GetObjectKind().SetGroupVersionKind(d.call.Kind)
	return d.call.Codecs.Complete(obj)
}

// strategicError is a 400 for a patch that is malformed by itself. What else goes wrong is told as it is.
func strategicError(err error) error {
	for _, malformed := range []error{
		mergepatch.ErrBadJSONDoc, mergepatch.ErrBadPatchFormatForPrimitiveList, mergepatch.ErrBadPatchFormatForRetainKeys,
		mergepatch.ErrBadPatchFormatForSetElementOrderList, mergepatch.ErrUnsupportedStrategicMergePatchFormat,
	} {
		if errors.Is(err, malformed) {
			return apierrors.NewBadRequest(err.Error())
		}
	}
	return err
}
