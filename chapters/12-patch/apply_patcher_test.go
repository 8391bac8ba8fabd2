package patch

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"

	kinds "kubepath/chapters/02-kinds"
)

var yamlFormat, _ = kinds.NewCodecs(kinds.NewScheme()).NegotiateInputSerializer(runtime.ContentTypeYAML)

// FuzzDecodeAppliedConfiguration compares the decoder, which reads most texts as JSON, with that of YAML.
func FuzzDecodeAppliedConfiguration(f *testing.F) {
	for _, text := range []string{
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}`,
		`{"a":1,"b":-2,"c":1.0,"d":1e3,"e":true,"f":null,"g":[1,"2",{}],"h":{}}`,
		`{"a":12345678901234567890,"b":0123,"c":0x10,"d":"0123","e":~}`,
		`{"<<":{"a":1}}`, `{a: b}`, "{\n\t\"a\":1}", `{"a":"\u00e9\/\t\b\f\"\\"}`, `{"a":"1","a":"2"}`, `{"a":"` + "\x7f" + `"}`,
		"a: b\nc: [1, 2]", "---\n{}", `{"a":1} {"b":2}`, `{"a":1} # comment`, `[1]`, `null`, `{`, ``, `{"":0}`, `{"a":-0}`, `{"a":00}`,
		`{"n":1,"y":2,"on":"off"}`, `{"a":y,"b":no}`, `{"a":"x"}` + "\n...",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, unique, err := decodeAppliedConfiguration(yamlFormat, text)
		want := map[string]any{}
		wrong := yaml.Unmarshal(text, &want)
		if (err == nil) != (wrong == nil) {
			t.Fatalf("%q: %v, in YAML %v", text, err, wrong)
		}
		if err != nil {
			return
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-yaml +got):\n%s", text, diff)
		}
		if unique {
			if err := yaml.UnmarshalStrict(text, &map[string]any{}); err != nil {
				t.Fatalf("%q: taken to have no field twice, but %v", text, err)
			}
		}
	})
}
