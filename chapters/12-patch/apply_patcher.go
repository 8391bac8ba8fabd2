package patch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	kjson "sigs.k8s.io/json"

	kinds "kubepath/chapters/02-kinds"
)

// applyPatcher merges an applied configuration into an object: server-side apply. The applied configuration has only the
// fields that one manager wants to set; the endpoint's field manager merges it. Upstream: applyPatcher.
type applyPatcher struct {
	patchRequest
	configuration map[string]any // the applied configuration
	unique        bool           // the patch has no duplicate fields
}

func (p *applyPatcher) decode() (err error) {
	if p.call.FieldManager == nil {
		return errors.New("FieldManager must be installed to run apply")
	}
	if p.configuration, p.unique, err = decodeAppliedConfiguration(p.applied, p.patch); err != nil {
		return apierrors.NewBadRequest(fmt.Sprintf("error decoding YAML: %v", err))
	}
	return checkAppliedConfiguration(p.patch, p.configuration)
}

func (p *applyPatcher) applyPatchToCurrentObject(current runtime.Object) (runtime.Object, error) {
	if err := p.call.Context.Err(); err != nil {
		return nil, err
	}
	force := p.options.Force != nil && *p.options.Force
	obj, err := p.call.FieldManager.Apply(current, &unstructured.Unstructured{Object: p.configuration}, p.options.FieldManager, force)
	if ended := p.call.Context.Err(); ended != nil {
		return nil, ended
	}
	if err != nil {
		return nil, err
	}
	if !p.unique {
		err = p.checkDuplicates()
	}
	return obj, err
}

// decodeAppliedConfiguration decodes an applied configuration in the format of m. unique: it has no duplicate fields. JSON is
// valid YAML, and most clients send it: the JSON decoder reads it ten times as fast. If the two decoders might give different
// results, the YAML decoder is used.
func decodeAppliedConfiguration(m *kinds.SerializerInfo, text []byte) (fields map[string]any, unique bool, err error) {
	if m.EncodesAsText && isPlainJSON(text) {
		strictErrs, err := kjson.UnmarshalStrict(text, &fields)
		if err == nil && len(strictErrs) == 0 && fields != nil && !hasFloats(fields) {
			return fields, true, nil
		}
	}
	fields = map[string]any{}
	if err := m.UnmarshalStrict(text, &fields); err == nil {
		return fields, true, nil
	}
	fields = map[string]any{}
	return fields, false, m.Unmarshal(text, &fields)
}

// isPlainJSON reports whether text is a JSON object in ASCII without anything that YAML reads in another way.
func isPlainJSON(text []byte) bool {
	if len(text) == 0 || text[0] != '{' || bytes.Contains(text, []byte(`\u`)) || bytes.Contains(text, []byte(`"<<"`)) {
		return false
	}
	for _, c := range text {
		if c > '~' || c < ' ' && c != '\n' {
			return false
		}
	}
	return true
}

// hasFloats reports whether v has numbers that are no integers for the JSON decoder: YAML reads 1e3 as an integer.
func hasFloats(v any) bool {
	switch v := v.(type) {
	case float64:
		return true
	case map[string]any:
		for _, element := range v {
			if hasFloats(element) {
				return true
			}
		}
	case []any:
		for _, element := range v {
			if hasFloats(element) {
				return true
			}
		}
	}
	return false
}

// maxAppliedFields is how many fields one map of an applied configuration may have: the merge inserts each into a sorted
// list, in a time that is quadratic in their number.
const maxAppliedFields = 50_000

// checkAppliedConfiguration refuses (413) maps with too many fields, and YAML with too many values. The values of JSON were
// counted before it was decoded.
func checkAppliedConfiguration(text []byte, fields map[string]any) error {
	if n := widestMap(fields); n > maxAppliedFields {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d fields in a map that is applied, got %d", maxAppliedFields, n))
	}
	if bytes.HasPrefix(text, []byte("{")) && json.Valid(text) {
		return nil
	}
	converted, err := json.Marshal(fields)
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	return kinds.CheckValues(converted)
}

// widestMap returns the number of fields of the largest map in v.
func widestMap(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		n = len(v)
		for _, below := range v {
			n = max(n, widestMap(below))
		}
	case []any:
		for _, below := range v {
			n = max(n, widestMap(below))
		}
	}
	return n
}
