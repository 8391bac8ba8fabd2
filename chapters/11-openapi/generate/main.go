// Command generate reads the sources of k8s.io/api and k8s.io/apimachinery for what Go types cannot say and comments
// do: the markers (+listType=map, +enum, +optional, ...) and the sentences of types that have no SwaggerDoc method. It
// writes them to markers.txt, which package openapi embeds. Run it by go generate when the libraries change.
//
// Upstream: openapi-gen (kube-openapi/cmd/openapi-gen), which writes Go code with whole schemas instead.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// modules are the sources, with the folders in them that hold types of the API ("*/*": each folder two levels down).
var modules = []struct {
	path    string
	folders []string
}{
	{"k8s.io/api", []string{"*/*"}},
	{"k8s.io/apimachinery", []string{
		"pkg/api/resource", "pkg/apis/meta/v1", "pkg/runtime", "pkg/util/intstr", "pkg/version",
	}},
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: generate FILE")
	}
	text, err := markers()
	if err == nil {
		err = os.WriteFile(os.Args[1], text, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// markers is the text of markers.txt, for the versions of the libraries that go.mod names.
func markers() ([]byte, error) {
	var entries []entry
	for _, m := range modules {
		top, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", m.path).Output()
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", m.path, err)
		}
		for _, pattern := range m.folders {
			folders, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(top)), pattern))
			if err != nil {
				return nil, err
			}
			for _, folder := range folders {
				within, err := filepath.Rel(strings.TrimSpace(string(top)), folder)
				if err != nil {
					return nil, err
				}
				read, err := readFolder(folder, m.path+"/"+filepath.ToSlash(within))
				if err != nil {
					return nil, err
				}
				entries = append(entries, read...)
			}
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	var out bytes.Buffer
	for _, e := range entries {
		e.write(&out)
	}
	return out.Bytes(), nil
}
