package symbols

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheCheckoutIsFoundFromAnyFolderInIt(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	deep := filepath.Join(root, "internal", "nested", "deep")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		"go.mod":                 "// A comment.\nmodule kubepath\n\ngo 1.26\n",
		"internal/nested/go.mod": "module kubepath/internal/nested\n", // one inside is not it
	} {
		if err := os.WriteFile(filepath.Join(root, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if found, ok := above(deep); !ok || found != root {
		t.Errorf("found %q, want %q", found, root)
	}
	if found, ok := above(t.TempDir()); ok {
		t.Errorf("found %q above an empty folder", found)
	}
}

func TestMembersOfEmbeddedTypesCount(t *testing.T) {
	t.Parallel()
	s, err := parse("a.go", []byte(`package a

type Reader interface {
	// Read reads.
	Read() string
}

type Closer interface{ Close() }

type Both interface {
	Reader
	Closer
	fmt.Stringer
}

type Box[T any] struct {
	*Inner
	held, lent T
}

type Inner struct{ Box[int] }

func (b *Box[T]) Open() {}

func (Inner) Shut() {}

const (
	One = iota
	Two
)
`))
	if err != nil {
		t.Fatal(err)
	}
	d := declaredIn(s)
	for name, line := range map[string]int{
		"Both.Read": 5, "Both.Close": 8, "Both.Stringer": 13, "Box.lent": 18, "Box.Open": 23, "Box.Shut": 25, "Inner.Open": 23,
		"const Two": 29, "type Box": 16,
	} {
		if found, ok := d.find(name); !ok || found.Line != line {
			t.Errorf("%s: found %v in line %d, want %d", name, ok, found.Line, line)
		}
	}
	for _, name := range []string{"Both.Write", "Box.None", "var Two", "Nothing"} {
		if _, ok := d.find(name); ok {
			t.Errorf("%s is found", name)
		}
	}
	if found, _ := d.find("Two"); found.Code != "const (\n\tOne = iota\n\tTwo\n)" {
		t.Errorf("a constant of a group is shown as %q", found.Code)
	}
}
