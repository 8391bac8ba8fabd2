package versions

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	kinds "kubepath/chapters/02-kinds"
)

var update = flag.Bool("update", false, "write the complete objects of testdata/*.txtar anew")

// Each file has a manifest, and the object with the defaults that kube-apiserver sets.
func TestAShortManifestMeans(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	codecs := NewCodecs()
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := completed(t, codecs, archive.Files[0].Data)
			if *update {
				archive.Files = []txtar.File{archive.Files[0], {Name: "complete.yaml", Data: got}}
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func completed(t *testing.T, codecs *kinds.Codecs, manifest []byte) []byte {
	t.Helper()
	format, err := codecs.NegotiateInputSerializer(runtime.ContentTypeYAML)
	if err != nil {
		t.Fatal(err)
	}
	obj, kind, err := codecs.Decode(format, manifest, kinds.DecodeOptions{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	if obj, err = codecs.FromHub(obj, kind); err != nil {
		t.Fatal(err)
	}
	text, err := yaml.Marshal(obj)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
