package docs

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"kubepath/internal/tools/kubectltest"
)

// Tools are the commands that the pages run, built once, in a folder of their own.
type Tools struct {
	folder  string
	prepare func() ([]string, error)
}

// NewTools builds nothing until a page asks.
func NewTools(root string) (*Tools, error) {
	folder, err := os.MkdirTemp("", "kubepath-docs-")
	if err != nil {
		return nil, err
	}
	t := &Tools{folder: folder}
	t.prepare = sync.OnceValues(func() ([]string, error) { return t.build(root) })
	return t, nil
}

// Close removes the folder.
func (t *Tools) Close() error { return os.RemoveAll(t.folder) }

// build makes kubepath and kubectl, and returns the environment in which they are found.
func (t *Tools) build(root string) ([]string, error) {
	// Without a debugger's tables the command is linked sooner.
	build := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", filepath.Join(t.folder, "kubepath"), "./cmd/kubepath")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build kubepath: %w\n%s", err, output)
	}
	kubectl, err := kubectltest.Build()
	if err != nil {
		return nil, fmt.Errorf("build kubectl: %w", err)
	}
	if err := os.Symlink(kubectl, filepath.Join(t.folder, "kubectl")); err != nil {
		return nil, err
	}
	environment, err := goEnvironment()
	return append(environment, "PATH="+t.folder+string(filepath.ListSeparator)+os.Getenv("PATH")), err
}

// goEnvironment lets a page's go command use the caches of this machine, although its home is another.
func goEnvironment() ([]string, error) {
	names := []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "GOSUMDB", "GONOSUMDB", "GOTOOLCHAIN"}
	output, err := exec.Command("go", append([]string{"env", "-json"}, names...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	var values map[string]string
	if err := json.Unmarshal(output, &values); err != nil {
		return nil, err
	}
	var environment []string
	for _, name := range names {
		if values[name] != "" {
			environment = append(environment, name+"="+values[name])
		}
	}
	return environment, nil
}
