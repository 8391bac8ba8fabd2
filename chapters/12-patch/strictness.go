package patch

import (
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	kjson "sigs.k8s.io/json"
)

// strict tells whether the client wants to hear of fields that are unknown or written twice, in whatever way.
func (d *document) strict() bool {
	return d.options.FieldValidation != metav1.FieldValidationIgnore
}

// unmarshal reads JSON into v. The faults are fields that stand twice.
func (d *document) unmarshal(v any) (faults []error, err error) {
	if d.strict() {
		return kjson.UnmarshalStrict(d.patch, v)
	}
	return nil, kjson.UnmarshalCaseSensitivePreserveInts(d.patch, v)
}

// judge makes of what was found in the patch, and of what reading the patched object has found, an error or warnings.
// value is what the error's message shows.
func (d *document) judge(faults []error, err error, value any) error {
	found, ok := runtime.AsStrictDecodingError(err)
	if err != nil && !ok {
		return invalid(value, err)
	}
	if ok {
		faults = append(faults[:len(faults):len(faults)], found.Errors()...)
	}
	switch {
	case len(faults) == 0:
	case d.options.FieldValidation == metav1.FieldValidationStrict:
		return invalid(value, runtime.NewStrictDecodingError(faults))
	default:
		d.call.AddStrictDecodingWarnings(faults)
	}
	return nil
}

// judgeYAML reads the patch once more, with an eye on fields that stand twice.
func (d *document) judgeYAML() error {
	if !d.strict() {
		return nil
	}
	err := yaml.UnmarshalStrict(d.patch, &map[string]any{})
	switch {
	case err == nil:
	case d.options.FieldValidation == metav1.FieldValidationStrict:
		return apierrors.NewBadRequest(fmt.Sprintf("error strict decoding YAML: %v", err))
	default:
		d.call.AddStrictDecodingWarnings([]error{err})
	}
	return nil
}
