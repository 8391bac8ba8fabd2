package kinds

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
)

// recorded is one object of every kind, in all three formats, as upstream keeps them beside the Go types to notice
// when their encoding changes. Kinds that the scheme does not know are left out.
func recorded(t *testing.T, codecs *Codecs) map[string]map[string][]byte {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/api").Output()
	if err != nil {
		t.Fatalf("where is k8s.io/api? %v", err)
	}
	all := map[string]map[string][]byte{}
	files, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "testdata", "HEAD", "*"))
	for _, file := range files {
		extension := filepath.Ext(file)
		name := strings.TrimSuffix(filepath.Base(file), extension)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if extension == ".json" { // indented, and embedded objects would keep the indentation
			var compact bytes.Buffer
			if err := json.Compact(&compact, data); err != nil {
				t.Fatal(err)
			}
			data = compact.Bytes()
		}
		if all[name] == nil {
			all[name] = map[string][]byte{}
		}
		all[name][extension] = data
	}
	for name, formats := range all {
		if _, kind, _ := codecs.Decode(codecs.row(runtime.ContentTypeProtobuf), formats[".pb"], DecodeOptions{}); !codecs.Scheme.Recognizes(kind) {
			delete(all, name)
		}
	}
	if len(all) < 150 {
		t.Fatalf("only %d kinds in %s", len(all), dir)
	}
	return all
}

func TestEveryKindIsReadAndWrittenByteForByteAsUpstreamDoes(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	forms := map[string]MediaTypeOptions{
		".json": {SerializerInfo: codecs.row(runtime.ContentTypeJSON)},
		".yaml": {SerializerInfo: codecs.row(runtime.ContentTypeYAML)},
		".pb":   {SerializerInfo: codecs.row(runtime.ContentTypeProtobuf)},
	}
	for name, formats := range recorded(t, codecs) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := map[string]runtime.Object{}
			for extension, data := range formats {
				obj, kind, err := codecs.Decode(forms[extension].SerializerInfo, data, DecodeOptions{Strict: true})
				if err != nil {
					t.Fatalf("%s: %v", extension, err)
				}
				if obj.GetObjectKind().GroupVersionKind() != kind {
					t.Errorf("%s: the object does not name its kind %v", extension, kind)
				}
				var out bytes.Buffer
				if err := codecs.Encode(&out, obj, kind.GroupVersion(), forms[extension]); err != nil {
					t.Fatalf("%s: %v", extension, err)
				}
				if !bytes.Equal(bytes.TrimSpace(out.Bytes()), bytes.TrimSpace(data)) {
					t.Errorf("%s: written otherwise than read", extension)
				}
				read[extension] = obj
			}
			if !apiequality.Semantic.DeepEqual(read[".json"], read[".pb"]) || !apiequality.Semantic.DeepEqual(read[".json"], read[".yaml"]) {
				t.Error("the formats do not mean the same object")
			}
		})
	}
}

func TestWhatUpstreamStoredIsStoredAgainByteForByte(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	codec, err := codecs.StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		t.Fatal(err)
	}
	for name, formats := range recorded(t, codecs) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for extension, data := range formats {
				obj, _, err := codec.Decode(data, nil, nil)
				if err != nil {
					t.Fatalf("%s: %v", extension, err)
				}
				if out, err := runtime.Encode(codec, obj); err != nil || !bytes.Equal(out, formats[".pb"]) {
					t.Errorf("%s: stored otherwise (%v)", extension, err)
				}
			}
		})
	}
}
