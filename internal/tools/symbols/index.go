package symbols

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Index is the project's own Go sources. Files are parsed when they are asked for, once. Many goroutines may ask.
type Index struct {
	root string
	// packages reads every package of the project's own module, at the first Find.
	packages func() (map[string][]*declared, error)
	cache    sync.Map // file: func() (*source, error)
}

// Open is the index of the sources below root; "": those that Root finds.
func Open(root string) (*Index, error) {
	if root == "" {
		var err error
		if root, err = Root(); err != nil {
			return nil, err
		}
	}
	x := &Index{root: root}
	x.packages = sync.OnceValues(x.readPackages)
	return x, nil
}

// Root is the folder that the index reads, an absolute or relative path as Open got it.
func (x *Index) Root() string { return x.root }

// Path is where a file of the project lies on this machine.
func (x *Index) Path(file string) string { return filepath.Join(x.root, filepath.FromSlash(file)) }

// Lookup finds a symbol in a file, which is given from the root with slashes: chapters/07-etcd3/create.go, store.create.
func (x *Index) Lookup(file, symbol string) (Symbol, error) {
	s, err := x.source(path.Clean(file))
	if err != nil {
		return Symbol{}, err
	}
	d := declaredIn(s)
	if found, ok := d.find(symbol); ok {
		return found, nil
	}
	return Symbol{}, d.missing(file, symbol)
}

// In finds a symbol in the package of a folder: chapters/09-watch, Config.serveWatch. Test files do not count.
func (x *Index) In(folder, symbol string) (Symbol, error) {
	entries, err := os.ReadDir(x.Path(folder))
	if err != nil {
		return Symbol{}, err
	}
	var sources []*source
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			s, err := x.source(path.Join(folder, name))
			if err != nil {
				return Symbol{}, err
			}
			sources = append(sources, s)
		}
	}
	d := declaredIn(sources...)
	if found, ok := d.find(symbol); ok {
		return found, nil
	}
	return Symbol{}, d.missing(folder, symbol)
}

// Find finds a symbol by its package's name: registry.Store.Create. Where packages share a name, a chapter's goes first.
// Test files do not count.
func (x *Index) Find(qualified string) (Symbol, error) {
	name, symbol, ok := strings.Cut(qualified, ".")
	if !ok {
		return Symbol{}, fmt.Errorf("%q is not package.Symbol", qualified)
	}
	packages, err := x.packages()
	if err != nil {
		return Symbol{}, err
	}
	named := packages[name]
	if len(named) == 0 {
		return Symbol{}, fmt.Errorf("the project has no package %s", name)
	}
	for _, d := range named {
		if found, ok := d.find(symbol); ok {
			return found, nil
		}
	}
	return Symbol{}, named[0].missing("package "+name, symbol)
}

// Has tells whether the project has a package of this name.
func (x *Index) Has(name string) bool {
	packages, err := x.packages()
	return err == nil && len(packages[name]) > 0
}

// source parses a file once.
func (x *Index) source(file string) (*source, error) {
	once := sync.OnceValues(func() (*source, error) {
		text, err := os.ReadFile(x.Path(file))
		if err != nil {
			return nil, fmt.Errorf("there is no file %s", file)
		}
		return parse(file, text)
	})
	read, _ := x.cache.LoadOrStore(file, once)
	return read.(func() (*source, error))()
}

// readPackages reads all packages, those of the chapters first.
func (x *Index) readPackages() (map[string][]*declared, error) {
	folders := map[string][]*source{}
	err := fs.WalkDir(os.DirFS(x.root), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return x.enter(file, d.Name())
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		s, err := x.source(file)
		if err == nil {
			folders[path.Dir(file)] = append(folders[path.Dir(file)], s)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	packages := map[string][]*declared{}
	for _, folder := range inOrder(folders) {
		name := folders[folder][0].syntax.Name.Name
		packages[name] = append(packages[name], declaredIn(folders[folder]...))
	}
	return packages, nil
}

// enter leaves out what the go command leaves out of ./...
func (x *Index) enter(folder, name string) error {
	if folder == "." {
		return nil
	}
	_, err := os.Stat(filepath.Join(x.Path(folder), "go.mod"))
	if err == nil || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" {
		return fs.SkipDir
	}
	return nil
}

func inOrder(folders map[string][]*source) []string {
	var all []string
	for folder := range folders {
		all = append(all, folder)
	}
	slices.SortFunc(all, func(a, b string) int {
		aFirst, bFirst := strings.HasPrefix(a, "chapters/"), strings.HasPrefix(b, "chapters/")
		if aFirst != bFirst {
			if aFirst {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return all
}
