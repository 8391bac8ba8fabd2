// Command generate reads the sources of k8s.io/api and k8s.io/apimachinery for what Go types cannot say and comments
// do: the markers (+listType=map, +enum, +optional, ...) and the sentences that no SwaggerDoc method has. It reads two
// versions: the one that is served, and the one that the program is built with, to say what is newer in that. It writes
// markers.txt, which package openapi embeds. Run it by go generate when the libraries change.
//
// Upstream: openapi-gen (kube-openapi/cmd/openapi-gen), which writes Go code with whole schemas instead.
//
// Read folder.go (the sources of a package), comment.go (what a comment says), constant.go (the values of an enum), entry.go
// (what is written of a type).
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

// served is the version of the libraries whose API is served: kube-apiserver v1.36's.
const served = "v0.36.3"

// markers is the text of markers.txt.
func markers() ([]byte, error) {
	var out bytes.Buffer
	for _, m := range modules {
		then, err := readModule(m.path, m.folders, "go", "mod", "download", "-json", m.path+"@"+served)
		if err != nil {
			return nil, err
		}
		now, err := readModule(m.path, m.folders, "go", "list", "-m", "-json", m.path)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(now)) {
			e := now[name]
			if old := then[name]; old != nil {
				e = old.asOf(e)
			} else {
				e.asOf(e)
			}
			e.write(&out)
		}
	}
	return out.Bytes(), nil
}

// readModule reads the folders of a module, which a command finds.
func readModule(path string, folders []string, command ...string) (map[string]*entry, error) {
	found, err := exec.Command(command[0], command[1:]...).Output()
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", path, err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(found, &module); err != nil {
		return nil, err
	}
	s := &sources{types: map[string]*entry{}, texts: map[string]string{}}
	for _, pattern := range folders {
		matches, err := filepath.Glob(filepath.Join(module.Dir, pattern))
		if err != nil {
			return nil, err
		}
		for _, folder := range matches {
			within, err := filepath.Rel(module.Dir, folder)
			if err != nil {
				return nil, err
			}
			if err := s.readFolder(folder, path+"/"+filepath.ToSlash(within)); err != nil {
				return nil, err
			}
		}
	}
	return s.types, nil
}
