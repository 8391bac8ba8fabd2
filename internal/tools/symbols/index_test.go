package symbols_test

import (
	"strings"
	"testing"

	"kubepath/internal/tools/symbols"
)

func open(t *testing.T) *symbols.Index {
	t.Helper()
	x, err := symbols.Open("")
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestASymbolIsFoundInItsFile(t *testing.T) {
	t.Parallel()
	x := open(t)
	for _, row := range []struct{ symbol, code, doc string }{
		{"Open", "func Open(root string) (*Index, error) {", "// Open is the index"},
		{"Index", "type Index struct {", "// Index is the project's"},
		{"Index.Find", "func (x *Index) Find(", "// Find finds"},
		{"Index.root", "root string", ""},
	} {
		found, err := x.Lookup("internal/tools/symbols/index.go", row.symbol)
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.HasPrefix(found.Code, row.code) || !strings.HasPrefix(found.Doc, row.doc) {
			t.Errorf("%s: %q %q", row.symbol, found.Doc, found.Code)
		}
		if lines := strings.Count(found.Code, "\n"); found.EndLine-found.Line != lines {
			t.Errorf("%s: lines %d to %d hold %d line ends", row.symbol, found.Line, found.EndLine, lines)
		}
	}
}

func TestASymbolIsFoundByItsPackage(t *testing.T) {
	t.Parallel()
	x := open(t)
	for name, file := range map[string]string{
		"registry.Store.Create":     "chapters/06-registry/create.go",
		"registry.Store.Storage":    "chapters/06-registry/store.go", // a field
		"storage.Interface":         "chapters/05-storage/interface.go",
		"storage.Interface.GetList": "chapters/05-storage/read.go",   // a method that is embedded
		"etcd3.store.create":        "chapters/07-etcd3/create.go",   // not exported
		"storage.ErrExists":         "chapters/05-storage/errors.go", // one of a group
		"symbols.Kind":              "internal/tools/symbols/packages.go",
		"controlplane.Config":       "chapters/17-controlplane/controlplane.go",
	} {
		found, err := x.Find(name)
		if err != nil {
			t.Error(err)
		} else if found.File != file && !strings.Contains(name, "GetList") {
			t.Errorf("%s is in %s, want %s", name, found.File, file)
		} else if found.Qualified() == "" {
			t.Errorf("%s has no name", name)
		}
	}
}

func TestAMissingSymbolIsNamedWithItsLikes(t *testing.T) {
	t.Parallel()
	x := open(t)
	for name, want := range map[string]string{
		"etcd3.store.Craete": "package etcd3 declares no store.Craete",
		"etcd3.Store.Create": "it has store.Create",
		"nothere.Store":      "the project has no package nothere",
		"registry":           "is not package.Symbol",
	} {
		if _, err := x.Find(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if _, err := x.Lookup("chapters/nothere.go", "A"); err == nil || err.Error() != "there is no file chapters/nothere.go" {
		t.Error(err)
	}
}
