package workshop

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"sigs.k8s.io/yaml"
)

// Exercise is a piece of a layer for a learner to write: what its exercise.yaml says, and where it lies.
type Exercise struct {
	ID      string `json:"id"` // "7"; further ones of the chapter "7b", "7c"
	Title   string `json:"title"`
	Chapter int    `json:"chapter"`
	Minutes int    `json:"minutes"` // that it should take
	Edit    string `json:"edit"`    // the learner's file, in Folder
	Plug    string `json:"plug"`    // the seam of exercise.Plug that it stands in; none: it cannot be on a server's path

	StubFails []string `json:"stub_fails"` // the tests that fail before anything is written, and no others
	Hints     []string `json:"hints"`      // a question; the idea; nearly the code
	Why       string   `json:"why"`        // why it is done so upstream
	Mutants   []Mutant `json:"mutants"`

	Folder   string   `json:"-"` // from the top of the checkout: chapters/07-etcd3/_exercise
	Checkout Checkout `json:"-"`
}

// Mutant is a plausible wrong answer, which the tests refuse.
type Mutant struct {
	Name  string   `json:"name"`
	File  string   `json:"file"`  // in place of the learner's file
	Fails []string `json:"fails"` // the tests that fail, and no others
	Note  string   `json:"note"`  // the misconception, for a learner whose failures are the same
}

// Files of every exercise, below its folder.
const (
	yamlFile     = "exercise.yaml"
	StubFile     = "testdata/stub.go"
	SolutionFile = "testdata/solution.go"
	pluginFile   = "plug.go"
	taskFile     = "doc.go"
)

// NoPlug is the seam of an exercise that cannot be on a server's path.
const NoPlug = "none"

// EditPath is the learner's file, from the top of the checkout.
func (e *Exercise) EditPath() string { return path.Join(e.Folder, e.Edit) }

// Package is what go test is told.
func (e *Exercise) Package() string { return "./" + e.Folder }

// ImportPath is what a program imports.
func (e *Exercise) ImportPath() string { return "kubepath/" + e.Folder }

// Abs is where a file of the exercise lies on this machine.
func (e *Exercise) Abs(file string) string {
	return e.Checkout.Path(filepath.FromSlash(e.Folder), filepath.FromSlash(file))
}

// Solution is a whole text of the learner's file that passes.
func (e *Exercise) Solution() ([]byte, error) { return os.ReadFile(e.Abs(SolutionFile)) }

// Untouched tells whether the learner's file is the stub.
func (e *Exercise) Untouched() bool {
	text, err := os.ReadFile(e.Abs(e.Edit))
	if err != nil {
		return false
	}
	stub, err := os.ReadFile(e.Abs(StubFile))
	return err == nil && bytes.Equal(text, stub)
}

// stubSum names a version of the stub.
func (e *Exercise) stubSum() string {
	stub, err := os.ReadFile(e.Abs(StubFile))
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(stub)
	return hex.EncodeToString(sum[:8])
}

// ErrUnknown means that there is no exercise of that name.
var ErrUnknown = errors.New("there is no such exercise")

// Exercises finds every chapters/*/_exercise/**/exercise.yaml, in the order of chapters and ids. The error names each
// file that cannot be read; those that can are returned all the same.
func (c Checkout) Exercises() ([]*Exercise, error) {
	top := os.DirFS(string(c))
	folders, err := fs.Glob(top, "chapters/*/_exercise")
	if err != nil {
		return nil, err
	}
	var found []*Exercise
	var failed []error
	for _, folder := range folders {
		err := fs.WalkDir(top, folder, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() != yamlFile {
				return err
			}
			e, err := c.read(path.Dir(name))
			if err != nil {
				failed = append(failed, err)
				return nil
			}
			found = append(found, e)
			return nil
		})
		failed = append(failed, err)
	}
	slices.SortFunc(found, func(a, b *Exercise) int {
		return cmp.Or(cmp.Compare(a.Chapter, b.Chapter), cmp.Compare(a.ID, b.ID))
	})
	return found, errors.Join(append(failed, sameIDs(found)...)...)
}

func (c Checkout) read(folder string) (*Exercise, error) {
	e := &Exercise{Folder: folder, Checkout: c}
	text, err := os.ReadFile(e.Abs(yamlFile))
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalStrict(text, e); err != nil {
		return nil, fmt.Errorf("%s/%s: %w", folder, yamlFile, err)
	}
	return e, nil
}

func sameIDs(sorted []*Exercise) (failed []error) {
	seen := map[string]*Exercise{}
	for _, e := range sorted {
		if other := seen[e.ID]; other != nil {
			failed = append(failed, fmt.Errorf("%s and %s both have the id %q", other.Folder, e.Folder, e.ID))
		}
		seen[e.ID] = e
	}
	return failed
}

// Find returns the exercise with an id.
func Find(exercises []*Exercise, id string) (*Exercise, error) {
	for _, e := range exercises {
		if e.ID == id {
			return e, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknown, id)
}
