package kinds

import (
	"bytes"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"sigs.k8s.io/yaml"
)

// jsonSerializer parses each body once. Upstream's serializer first parses the whole body for kind and apiVersion; this
// one reads only the beginning, where clients write them. If the body has an error, the exact serializer (upstream's)
// decodes it again, and the client gets its error.
type jsonSerializer struct {
	*json.Serializer
	exact *json.Serializer
}

var _ runtime.Serializer = jsonSerializer{}

func newJSON(scheme *runtime.Scheme, o json.SerializerOptions) runtime.Serializer {
	return jsonSerializer{
		Serializer: json.NewSerializerWithOptions(kindPeeker{}, scheme, scheme, o),
		exact:      json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, o),
	}
}

func (s jsonSerializer) Decode(data []byte, implied *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	obj, kind, err := s.Serializer.Decode(data, implied, into)
	if err == nil || runtime.IsStrictDecodingError(err) {
		return obj, kind, err
	}
	return s.exact.Decode(data, implied, into)
}

// kindPeeker reads kind and apiVersion if they are the first two fields, in either order.
type kindPeeker struct{}

var _ json.MetaFactory = kindPeeker{}

func (kindPeeker) Interpret(data []byte) (*schema.GroupVersionKind, error) {
	rest, ok := skipToken(data, '{')
	if !ok {
		return json.DefaultMetaFactory.Interpret(data)
	}
	var kind, apiVersion []byte
	for range 2 {
		var key, value []byte
		if key, value, rest, ok = stringField(rest); !ok {
			break
		}
		switch string(key) {
		case "kind":
			kind = value
		case "apiVersion":
			apiVersion = value
		}
	}
	gv, err := schema.ParseGroupVersion(string(apiVersion))
	if len(kind) == 0 || gv.Version == "" || err != nil {
		return json.DefaultMetaFactory.Interpret(data)
	}
	return &schema.GroupVersionKind{Group: gv.Group, Version: gv.Version, Kind: string(kind)}, nil
}

// stringField reads "key":"value" and the comma after it; false if one has an escape or is not a string.
func stringField(data []byte) (key, value, rest []byte, ok bool) {
	if key, data, ok = plainString(data); !ok {
		return nil, nil, nil, false
	}
	if data, ok = skipToken(data, ':'); !ok {
		return nil, nil, nil, false
	}
	if value, data, ok = plainString(data); !ok {
		return nil, nil, nil, false
	}
	rest, ok = skipToken(data, ',')
	return key, value, rest, ok
}

func plainString(data []byte) (text, rest []byte, ok bool) {
	data, ok = skipToken(data, '"')
	end := bytes.IndexByte(data, '"')
	if !ok || end < 0 || bytes.IndexByte(data[:end], '\\') >= 0 {
		return nil, nil, false
	}
	return data[:end], data[end+1:], true
}

// skipToken skips white space and the byte mark; false if another byte follows.
func skipToken(data []byte, mark byte) ([]byte, bool) {
	for i, b := range data {
		switch b {
		case ' ', '\t', '\r', '\n':
		case mark:
			return data[i+1:], true
		default:
			return nil, false
		}
	}
	return nil, false
}

// yamlSerializer parses each YAML body once, and decodes the JSON made from it. Upstream's strict serializer parses it
// twice, the second time to find duplicate fields, and parsing is most of the cost. If the body has an error,
// upstream's serializer decodes it again, and the client gets its error.
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
