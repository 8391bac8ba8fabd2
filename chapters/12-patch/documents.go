package patch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

// maxOperations is how many operations a JSON patch may have. Upstream: maxJSONPatchOperations.
const maxOperations = 10_000

// jsonPatch reads a list of operations (RFC 6902).
func jsonPatch(d *document) (change, error) {
	var operations []json.RawMessage
	if err := json.Unmarshal(d.patch, &operations); err != nil {
		return nil, undecodable(jsonError(err))
	}
	if len(operations) > maxOperations {
		return nil, apierrors.NewRequestEntityTooLargeError(fmt.Sprintf(
			"The allowed maximum operations in a JSON patch is %d, got %d", maxOperations, len(operations)))
	}
	patch, err := jsonpatch.DecodePatch(bytes.Clone(d.patch))
	if err != nil {
		return nil, undecodable(err)
	}
	return d.over(func(current []byte) ([]byte, error) {
		patched, err := patch.Apply(current)
		if err != nil { // an operation that cannot be done: the answer keeps to upstream's, which does not say which
			return nil, apierrors.NewGenericServerResponse(http.StatusUnprocessableEntity, "", schema.GroupResource{}, "", err.Error(), 0, false)
		}
		return patched, nil
	}), nil
}

// mergePatch reads an object whose fields replace, and whose nulls remove (RFC 7386).
func mergePatch(d *document) (change, error) {
	var fields map[string]any
	if err := json.Unmarshal(d.patch, &fields); err != nil {
		return nil, undecodable(err)
	}
	patch := bytes.Clone(d.patch)
	return d.over(func(current []byte) ([]byte, error) {
		patched, err := jsonpatch.MergePatch(current, patch)
		if err != nil {
			return nil, apierrors.NewGenericServerResponse(http.StatusUnprocessableEntity, "", schema.GroupResource{}, "", err.Error(), 0, false)
		}
		return patched, nil
	}), nil
}

// over applies a change of JSON texts to the object in the version that the client speaks.
func (d *document) over(apply func(current []byte) ([]byte, error)) change {
	return func(old runtime.Object) (runtime.Object, error) {
		var current bytes.Buffer
		if err := d.call.Codecs.Encode(&current, old, d.call.Kind.GroupVersion(), kinds.Form{Media: d.json()}); err != nil {
			return nil, err
		}
		patched, err := apply(bytes.TrimSpace(current.Bytes()))
		if err != nil {
			return nil, err
		}
		return d.decode(patched)
	}
}

func (d *document) json() *kinds.Media {
	media, _ := d.call.Codecs.ContentType("") // JSON: always there
	return media
}

// decode reads the patched object. What the patch has made unreadable is the patch's fault.
func (d *document) decode(patched []byte) (runtime.Object, error) {
	reading := kinds.Decoding{Default: d.call.Kind, Strict: d.fieldValidation != metav1.FieldValidationIgnore}
	obj, _, err := d.call.Codecs.Decode(d.json(), patched, reading)
	if strict, ok := runtime.AsStrictDecodingError(err); ok && obj != nil && d.fieldValidation != metav1.FieldValidationStrict {
		for _, problem := range strict.Errors() {
			rest.AddWarning(d.call.Context, problem.Error())
		}
		err = nil
	}
	if err != nil {
		return nil, invalid(string(patched), err)
	}
	return obj, nil
}

func undecodable(err error) error {
	return apierrors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
}

// invalid is a patch whose result cannot be an object. value is what the message shows of it.
func invalid(value any, err error) error {
	return apierrors.NewInvalid(schema.GroupKind{}, "", field.ErrorList{field.Invalid(field.NewPath("patch"), value, err.Error())})
}

// jsonError names the type that clients of kube-apiserver know from this message.
func jsonError(err error) error {
	if wrong, ok := err.(*json.UnmarshalTypeError); ok {
		return fmt.Errorf("json: cannot unmarshal %s into Go value of type []handlers.jsonPatchOp", wrong.Value)
	}
	return err
}
