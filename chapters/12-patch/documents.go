package patch

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	kinds "kubepath/chapters/02-kinds"
	"kubepath/chapters/12-patch/jsonpatch"
)

// maxOperations is how many operations a JSON patch may have. Upstream: maxJSONPatchOperations.
const maxOperations = 10_000

// jsonPatchOp is one operation of a JSON patch, as far as checks look at it. Clients read its name in error messages.
type jsonPatchOp struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	From  string `json:"from"`
	Value any    `json:"value"`
}

// jsonPatch reads a list of operations (RFC 6902).
func jsonPatch(d *document) (change, error) {
	var faults []error
	if d.strict() {
		var operations []jsonPatchOp
		found, err := d.unmarshal(&operations)
		if err != nil {
			return nil, undecodable(upstreamType(err))
		}
		for _, fault := range found {
			faults = append(faults, fmt.Errorf("json patch %v", fault))
		}
	}
	patch, err := jsonpatch.DecodePatch(d.patch)
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	if len(patch) > maxOperations {
		return nil, apierrors.NewRequestEntityTooLargeError(fmt.Sprintf(
			"The allowed maximum operations in a JSON patch is %d, got %d", maxOperations, len(patch)))
	}
	return d.over(faults, func(current []byte) ([]byte, error) {
		patched, err := patch.Apply(d.call.Context, current)
		if err != nil && d.call.Context.Err() == nil { // the answer keeps to upstream's, which does not say which operation failed
			err = unprocessable(err)
		}
		return patched, err
	}), nil
}

// upstreamType names the package of the type that messages of kube-apiserver name.
func upstreamType(err error) error {
	return errors.New(strings.Replace(err.Error(), "patch.jsonPatchOp", "handlers.jsonPatchOp", 1))
}

// mergePatch reads an object whose fields replace, and whose nulls remove (RFC 7386).
func mergePatch(d *document) (change, error) {
	var faults []error
	if d.strict() {
		var err error
		if faults, err = d.unmarshal(&map[string]any{}); err != nil {
			return nil, undecodable(err)
		}
	}
	return d.over(faults, func(current []byte) ([]byte, error) {
		patched, err := jsonpatch.MergePatch(d.call.Context, current, d.patch)
		switch {
		case errors.Is(err, jsonpatch.ErrBadJSONPatch):
			err = apierrors.NewBadRequest(err.Error())
		case errors.Is(err, jsonpatch.ErrTooMuchWork):
			err = unprocessable(err)
		}
		return patched, err
	}), nil
}

// over applies a change of JSON texts to the object in the version that the client speaks. faults were found in the
// patch itself.
func (d *document) over(faults []error, apply func(current []byte) ([]byte, error)) change {
	return func(old runtime.Object) (runtime.Object, error) {
		var current bytes.Buffer
		if err := d.call.Codecs.Encode(&current, old, d.call.Kind.GroupVersion(), kinds.MediaTypeOptions{SerializerInfo: d.json()}); err != nil {
			return nil, err
		}
		patched, err := apply(bytes.TrimSpace(current.Bytes()))
		if err != nil {
			return nil, err
		}
		obj, err := d.decode(patched, faults)
		if err != nil {
			return nil, err
		}
		return d.call.UpdateManagedFields(old, obj, d.options.FieldManager), nil
	}
}

func (d *document) json() *kinds.SerializerInfo {
	media, _ := d.call.Codecs.NegotiateInputSerializer("") // JSON: always there
	return media
}

// decode reads the patched object. What the patch has made unreadable is the patch's fault.
func (d *document) decode(patched []byte, faults []error) (runtime.Object, error) {
	reading := kinds.DecodeOptions{Default: d.call.Kind, Strict: d.strict()}
	obj, _, err := d.call.Codecs.Decode(d.json(), patched, reading)
	return obj, d.judge(faults, err, string(patched))
}

func undecodable(err error) error {
	return apierrors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
}

// unprocessable is a patch that is well formed and cannot be applied.
func unprocessable(err error) error {
	return apierrors.NewGenericServerResponse(http.StatusUnprocessableEntity, "", schema.GroupResource{}, "", err.Error(), 0, false)
}

// invalid is a patch whose result cannot be an object. value is what the message shows of it.
func invalid(value any, err error) error {
	return apierrors.NewInvalid(schema.GroupKind{}, "", field.ErrorList{field.Invalid(field.NewPath("patch"), value, err.Error())})
}

// guarded calls a library that panics at some patches, well formed and senseless as they are: a replace of the whole
// document without a value, a list for a name by which elements are merged.
func guarded[T any](apply func() (T, error)) (patched T, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = unprocessable(fmt.Errorf("cannot be applied: %v", cause))
		}
	}()
	return apply()
}
