package patch

import (
	"fmt"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"
)

// strict reports whether unknown and duplicate fields are errors or warnings, and not ignored.
func (r patchRequest) strict() bool {
	return r.options.FieldValidation != metav1.FieldValidationIgnore
}

// unmarshal decodes the patch, which is JSON, into v. strictErrs are the duplicate fields.
func (r patchRequest) unmarshal(v any) (strictErrs []error, err error) {
	if r.strict() {
		return kjson.UnmarshalStrict(r.patch, v)
	}
	return nil, kjson.UnmarshalCaseSensitivePreserveInts(r.patch, v)
}

// checkDecoded turns err, the error of decoding the patched object, into an error for the client, or into warnings about
// unknown and duplicate fields. strictErrs are those of the patch. The error's message contains value.
func (r patchRequest) checkDecoded(strictErrs []error, err error, value any) error {
	strictErr, ok := runtime.AsStrictDecodingError(err)
	if err != nil && !ok {
		return invalid(value, err)
	}
	if ok {
		strictErrs = append(strictErrs[:len(strictErrs):len(strictErrs)], strictErr.Errors()...)
	}
	switch {
	case len(strictErrs) == 0:
	case r.options.FieldValidation == metav1.FieldValidationStrict:
		return invalid(value, runtime.NewStrictDecodingError(strictErrs))
	default:
		r.call.AddStrictDecodingWarnings(strictErrs)
	}
	return nil
}

// checkDuplicates decodes an applied configuration again, and returns an error or adds warnings for duplicate fields.
func (r patchRequest) checkDuplicates() error {
	if !r.strict() {
		return nil
	}
	err := r.applied.UnmarshalStrict(r.patch, &map[string]any{})
	switch {
	case err == nil:
	case r.options.FieldValidation == metav1.FieldValidationStrict:
		return apierrors.NewBadRequest(fmt.Sprintf("error strict decoding YAML: %v", err))
	default:
		r.call.AddStrictDecodingWarnings([]error{err})
	}
	return nil
}

// undecodable is the error for a patch that cannot be decoded.
func undecodable(err error) error {
	return apierrors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
}

// unprocessable is the error for a patch that can be decoded, but not applied.
func unprocessable(err error) error {
	return apierrors.NewGenericServerResponse(http.StatusUnprocessableEntity, "", schema.GroupResource{}, "", err.Error(), 0, false)
}

// invalid is the error for a patch whose result cannot be decoded. The message contains value.
func invalid(value any, err error) error {
	return apierrors.NewInvalid(schema.GroupKind{}, "", field.ErrorList{field.Invalid(field.NewPath("patch"), value, err.Error())})
}
