package kinds

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"sigs.k8s.io/yaml"
)

// yamlSerializer reads each YAML body once, as JSON. Upstream's strict serializer parses it twice, the second time to
// look for fields that stand twice, and parsing is most of what YAML costs. If anything is wrong with the body, the exact
// serializer reads it again, and its error is what the client sees.
type yamlSerializer struct {
	*json.Serializer
	asJSON *json.Serializer
}

var _ runtime.Serializer = yamlSerializer{}

func newYAML(scheme *runtime.Scheme, o json.SerializerOptions) runtime.Serializer {
	exact := o
	exact.Yaml = true
	return yamlSerializer{
		Serializer: json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, exact),
		asJSON:     json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, o),
	}
}

func (s yamlSerializer) Decode(data []byte, implied *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	if text, err := yaml.YAMLToJSONStrict(data); err == nil {
		if err := CheckValues(text); err != nil {
			return nil, nil, err
		}
		if obj, kind, err := s.asJSON.Decode(text, implied, into); err == nil || runtime.IsStrictDecodingError(err) {
			return obj, kind, err
		}
	}
	return s.Serializer.Decode(data, implied, into)
}
