package patch

import (
	"bytes"

	"k8s.io/apimachinery/pkg/util/yaml"
	kjson "sigs.k8s.io/json"
)

// readWanted reads what an applier wants, in YAML. strict: no field stands there twice. Nearly every client sends JSON,
// which is YAML too, and is read ten times as fast by a reader of its own. Where the two might not agree, YAML's is
// taken.
func readWanted(text []byte) (fields map[string]any, strict bool, err error) {
	if plainJSON(text) {
		faults, err := kjson.UnmarshalStrict(text, &fields)
		if err == nil && len(faults) == 0 && fields != nil && !hasFloats(fields) {
			return fields, true, nil
		}
	}
	fields = map[string]any{}
	if err := yaml.UnmarshalStrict(text, &fields); err == nil {
		return fields, true, nil
	}
	fields = map[string]any{}
	return fields, false, yaml.Unmarshal(text, &fields)
}

// plainJSON: an object in ASCII, with nothing in it that has a meaning of its own in YAML.
func plainJSON(text []byte) bool {
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

// hasFloats: 1e3 is a whole number to YAML.
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
