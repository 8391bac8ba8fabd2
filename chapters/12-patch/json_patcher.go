package patch

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	kinds "kubepath/chapters/02-kinds"
	"kubepath/chapters/12-patch/jsonpatch"
)

// maxJSONPatchOperations is how many operations a JSON patch may have. Upstream: maxJSONPatchOperations.
const maxJSONPatchOperations = 10_000

// jsonPatchOp is one operation of a JSON patch, for checks. Its name appears in error messages.
type jsonPatchOp struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	From  string `json:"from"`
	Value any    `json:"value"`
}

// jsonPatcher applies a list of operations (JSON patch, RFC 6902), or an object whose fields replace fields and whose nulls
// remove them (JSON merge patch, RFC 7386). Both change the JSON text of an object. Upstream: jsonPatcher.
type jsonPatcher struct {
	patchRequest
	operations jsonpatch.Patch // of a JSON patch; a merge patch needs no decoding
	strictErrs []error         // duplicate fields of the patch
}

func (p *jsonPatcher) decode() error {
	if p.patchType == types.JSONPatchType {
		return p.decodeOperations()
	}
	if !p.strict() {
		return nil
	}
	strictErrs, err := p.unmarshal(&map[string]any{})
	if err != nil {
		return undecodable(err)
	}
	p.strictErrs = strictErrs
	return nil
}

func (p *jsonPatcher) decodeOperations() error {
	if p.strict() {
		var operations []jsonPatchOp
		strictErrs, err := p.unmarshal(&operations)
		if err != nil { // with the type name that kube-apiserver's messages have
			return undecodable(errors.New(strings.Replace(err.Error(), "patch.jsonPatchOp", "handlers.jsonPatchOp", 1)))
		}
		for _, strictErr := range strictErrs {
			p.strictErrs = append(p.strictErrs, fmt.Errorf("json patch %v", strictErr))
		}
	}
	operations, err := jsonpatch.DecodePatch(p.patch)
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	if len(operations) > maxJSONPatchOperations {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf(
			"The allowed maximum operations in a JSON patch is %d, got %d", maxJSONPatchOperations, len(operations)))
	}
	p.operations = operations
	return nil
}

// applyPatchToCurrentObject encodes the object in the version of the request, patches the text, and decodes the result.
func (p *jsonPatcher) applyPatchToCurrentObject(current runtime.Object) (runtime.Object, error) {
	serializer, err := p.call.Codecs.NegotiateInputSerializer("") // JSON
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := p.call.Codecs.Encode(&text, current, p.call.Kind.GroupVersion(), kinds.MediaTypeOptions{SerializerInfo: serializer}); err != nil {
		return nil, err
	}
	patched, err := p.applyJSPatch(bytes.TrimSpace(text.Bytes()))
	if err != nil {
		return nil, err
	}
	obj, _, err := p.call.Codecs.Decode(serializer, patched, kinds.DecodeOptions{Default: p.call.Kind, Strict: p.strict()})
	if err := p.checkDecoded(p.strictErrs, err, string(patched)); err != nil {
		return nil, err
	}
	return p.call.UpdateManagedFields(current, obj, p.options.FieldManager), nil
}

// applyJSPatch patches the JSON text of an object. Upstream: jsonPatcher.applyJSPatch.
func (p *jsonPatcher) applyJSPatch(current []byte) ([]byte, error) {
	if p.patchType == types.JSONPatchType {
		patched, err := p.operations.Apply(p.call.Context, current)
		if err != nil && p.call.Context.Err() == nil { // as upstream, without the number of the operation
			err = unprocessable(err)
		}
		return patched, err
	}
	patched, err := jsonpatch.MergePatch(p.call.Context, current, p.patch)
	switch {
	case errors.Is(err, jsonpatch.ErrBadJSONPatch):
		err = apierrors.NewBadRequest(err.Error())
	case errors.Is(err, jsonpatch.ErrTooMuchWork):
		err = unprocessable(err)
	}
	return patched, err
}
