package patch

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	upstream "k8s.io/apimachinery/pkg/util/strategicpatch"

	"kubepath/chapters/12-patch/strategicpatch"
)

// smpPatcher applies a strategic merge patch: a merge patch that merges lists by the key in a field's struct tag
// (patchMergeKey), unless directives say otherwise ($patch, $retainKeys, $setElementOrder, $deleteFromPrimitiveList).
// Upstream: smpPatcher.
type smpPatcher struct {
	patchRequest
	fields     map[string]any // of the patch
	strictErrs []error        // duplicate fields of the patch
}

func (p *smpPatcher) decode() (err error) {
	if p.strictErrs, err = p.unmarshal(&p.fields); err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	return nil
}

// applyPatchToCurrentObject merges the patch into the fields of the object in the version of the request.
// Upstream: strategicPatchObject.
func (p *smpPatcher) applyPatchToCurrentObject(current runtime.Object) (runtime.Object, error) {
	versioned, err := p.call.Codecs.FromHub(current, p.call.Kind)
	if err != nil {
		return nil, err
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(versioned)
	if err != nil {
		return nil, err
	}
	obj, err := p.call.Codecs.Scheme.New(p.call.Kind)
	if err != nil {
		return nil, err
	}
	tags, err := upstream.NewPatchMetaFromStruct(obj)
	if err != nil {
		return nil, err
	}
	patched, err := p.merge(fields, tags)
	if err != nil {
		return nil, interpretStrategicMergePatchError(err)
	}
	err = runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(patched, obj, p.strict())
	if err := p.checkDecoded(p.strictErrs, err, fmt.Sprintf("%+v", p.fields)); err != nil {
		return nil, err
	}
	obj.GetObjectKind().SetGroupVersionKind(p.call.Kind)
	if obj, err = p.call.Codecs.ToHub(obj); err != nil { // defaults, and the hub version
		return nil, err
	}
	return p.call.UpdateManagedFields(current, obj, p.options.FieldManager), nil
}

// merge merges the patch into fields. Some patches make the lookup of struct tags panic, such as a list for the field that
// is the merge key: they are refused with 422.
func (p *smpPatcher) merge(fields map[string]any, tags upstream.LookupPatchMeta) (patched map[string]any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = unprocessable(fmt.Errorf("cannot be applied: %v", cause))
		}
	}()
	return strategicpatch.Merge(p.call.Context, fields, p.fields, tags)
}

// interpretStrategicMergePatchError turns an error of the merge into one for the client: 422 for a patch that contradicts
// itself, 400 for malformed directives, and 500 for other errors, as upstream. A FormatError is a 400 here, since it is the
// client's mistake, and a 500 upstream. Upstream: interpretStrategicMergePatchError.
func interpretStrategicMergePatchError(err error) error {
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
