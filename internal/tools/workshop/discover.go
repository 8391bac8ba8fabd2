package workshop

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"

	"sigs.k8s.io/yaml"
)

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
