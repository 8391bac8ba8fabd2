package read_test

import (
	"flag"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"kubepath/internal/tools/read"
)

var update = flag.Bool("update", false, "write the pages on record anew")

// checkout is a place for sources that has every file.
type checkout struct{}

func (checkout) File(file string) string { return path.Join("/src", file) }

func (checkout) Line(_, symbol string) int {
	if symbol == "store.create" {
		return 42
	}
	return 0
}

func (checkout) Symbol(name string) (string, int) {
	if name == "kinds.RESTMapper" {
		return "chapters/02-kinds/mapper.go", 7
	}
	return "", 0
}

func book(t *testing.T, pages map[string]string) *read.Book {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range pages {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	b, err := read.Open(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryKindOfBlock(t *testing.T) {
	t.Parallel()
	const file = "testdata/blocks.txtar"
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b := book(t, map[string]string{"01-one.md": "# 1. one", "07-etcd3.md": string(archive.Files[0].Data)})
	page, err := b.Find("7")
	if err != nil {
		t.Fatal(err)
	}
	for i, golden := range archive.Files[1:] {
		look := read.Look{Book: b, Width: 80}
		switch width, err := strconv.Atoi(golden.Name); {
		case err == nil:
			look.Width = width
		case golden.Name == "whole":
			look.Whole = true
		default:
			look.Style, look.Links, look.Where = read.Style(golden.Name), true, checkout{}
		}
		doc, err := read.Render(page, look)
		if err != nil {
			t.Fatal(err)
		}
		got := doc.Text()
		if look.Links {
			got = strings.ReplaceAll(strings.Trim(strconv.QuoteToGraphic(got), `"`), `\n`, "\n")
		}
		archive.Files[i+1].Data = []byte(got)
		if diff := cmp.Diff(string(golden.Data), got); diff != "" && !*update {
			t.Errorf("%s (go test ./internal/tools/read -update writes it anew):\n%s", golden.Name, diff)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
