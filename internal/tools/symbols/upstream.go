package symbols

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Upstream is the sources of the modules that the project re-tells, at the versions of internal/tools/upstream/go.mod. Packages
// are parsed when they are asked for, once. Many goroutines may ask.
type Upstream struct {
	folder   string // of the go.mod
	modules  []Module
	fetched  sync.Map // module path: func() (string, error)
	packages sync.Map // package path: func() (*declared, error)
}

// Module is a pinned module.
type Module struct{ Path, Version string }

// ErrUnavailable is what Resolve's errors hold where a module is neither in the module cache nor to be had.
var ErrUnavailable = errors.New("the module's source is not in the module cache and could not be downloaded")

// OpenUpstream reads which modules are pinned by the checkout at root; "": the one that Root finds.
func OpenUpstream(root string) (*Upstream, error) {
	if root == "" {
		var err error
		if root, err = Root(); err != nil {
			return nil, err
		}
	}
	u := &Upstream{folder: filepath.Join(root, "internal", "tools", "upstream")}
	text, err := os.ReadFile(filepath.Join(u.folder, "go.mod"))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); strings.HasPrefix(line, "\t") && len(words) == 2 {
			u.modules = append(u.modules, Module{words[0], words[1]})
		}
	}
	// The longest first, so that a module inside another one goes first.
	slices.SortFunc(u.modules, func(a, b Module) int { return len(b.Path) - len(a.Path) })
	return u, nil
}

// Module returns the pinned module that a package belongs to.
func (u *Upstream) Module(pkg string) (Module, bool) {
	for _, m := range u.modules {
		if pkg == m.Path || strings.HasPrefix(pkg, m.Path+"/") {
			return m, true
		}
	}
	return Module{}, false
}

// Resolve finds what a text names, exported or not, with the whole path of its package:
//
//	k8s.io/apiserver/pkg/storage.Interface
//	k8s.io/apiserver/pkg/endpoints.APIInstaller.registerResourceHandlers
//	k8s.io/apiserver/pkg/storage/etcd3              a package: Symbol.File is its folder
//	k8s.io/apiserver/pkg/endpoints/installer.go     a file: Symbol.File alone is set
func (u *Upstream) Resolve(name string) (Symbol, error) {
	pkg, symbol := split(name)
	module, ok := u.Module(pkg)
	if !ok {
		return Symbol{}, fmt.Errorf("%s: no module in internal/tools/upstream/go.mod holds %s", name, pkg)
	}
	top, err := u.fetch(module)
	if err != nil {
		return Symbol{}, err
	}
	folder := filepath.Join(top, filepath.FromSlash(strings.TrimPrefix(pkg, module.Path)))
	if symbol == "" || strings.HasSuffix(name, ".go") {
		path := filepath.Join(top, filepath.FromSlash(strings.TrimPrefix(name, module.Path)))
		if _, err := os.Stat(path); err != nil {
			return Symbol{}, fmt.Errorf("%s %s has no %s", module.Path, module.Version, name)
		}
		return Symbol{File: path}, nil
	}
	d, err := u.declared(pkg, folder)
	if err != nil {
		return Symbol{}, fmt.Errorf("%s at %s: %w", pkg, module.Version, err)
	}
	if found, ok := d.find(symbol); ok {
		return found, nil
	}
	return Symbol{}, d.missing(pkg+" at "+module.Version, symbol)
}

// split cuts k8s.io/apiserver/pkg/storage.Interface.Get after the package's path.
func split(name string) (pkg, symbol string) {
	slash := strings.LastIndex(name, "/") + 1
	last, symbol, _ := strings.Cut(name[slash:], ".")
	return name[:slash] + last, symbol
}

func (u *Upstream) fetch(m Module) (folder string, err error) {
	once, _ := u.fetched.LoadOrStore(m.Path, sync.OnceValues(func() (string, error) { return download(u.folder, m) }))
	return once.(func() (string, error))()
}

func (u *Upstream) declared(pkg, folder string) (*declared, error) {
	once, _ := u.packages.LoadOrStore(pkg, sync.OnceValues(func() (*declared, error) { return readFolder(folder) }))
	return once.(func() (*declared, error))()
}

// readFolder parses the Go files of a folder, whatever platform they are for.
func readFolder(folder string) (*declared, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, errors.New("there is no such package")
	}
	var sources []*source
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		path := filepath.Join(folder, e.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		s, err := parse(path, text)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	if len(sources) == 0 {
		return nil, errors.New("the package has no Go files")
	}
	return declaredIn(sources...), nil
}

// download returns the folder of a module in the module cache, and downloads the module if it is not there. The go.sum
// beside the go.mod in folder is what it is checked against.
func download(folder string, m Module) (string, error) {
	command := exec.Command("go", "mod", "download", "-json", m.Path+"@"+m.Version)
	command.Dir = folder
	output, failed := command.Output() // on failure too, it says why in JSON
	var answer struct{ Dir, Error string }
	if err := json.Unmarshal(output, &answer); err != nil {
		answer.Error = fmt.Sprint("go mod download: ", failed)
	}
	if answer.Error != "" || answer.Dir == "" {
		return "", fmt.Errorf("%s %s: %w: %s", m.Path, m.Version, ErrUnavailable, answer.Error)
	}
	return answer.Dir, nil
}
