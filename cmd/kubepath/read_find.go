package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"kubepath/internal/tools/read"
	"kubepath/internal/tools/symbols"
)

// most is how many lines a search of all pages shows of each.
const most = 4

// search prints the lines that have a word: of one page all, of all pages those that say most.
func (f *readFlags) search(out io.Writer, only *read.Page) error {
	word := strings.Join(strings.Fields(f.find), " ")
	if word == "" {
		return usageError{fmt.Errorf("--find needs a word"), "kubepath read --find strategy"}
	}
	pages := f.book.Pages()
	if only != nil {
		pages = []read.Page{*only}
	}
	hits, err := read.NewIndex(f.book).Search(pages, word)
	if err != nil {
		return err
	}
	if len(hits) == 0 {
		return hintError{fmt.Errorf("%q is on no page", word), "kubepath map " + word + " looks in the map of concepts"}
	}
	r := read.Results{Hits: hits, Look: f.look}
	if only == nil {
		r.Most = most
	}
	_, err = io.WriteString(out, r.Text())
	return err
}

// sources tells where the project's files lie on this machine.
type sources struct{ index *symbols.Index }

// openSources is nil where the project's sources are not there.
func openSources() read.Sources {
	index, err := symbols.Open("")
	if err != nil {
		return nil
	}
	return sources{index}
}

func (s sources) File(file string) string {
	path, err := filepath.Abs(s.index.Path(file))
	if err != nil {
		return ""
	}
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func (s sources) Line(file, symbol string) int {
	found, err := s.index.Lookup(file, symbol)
	if err != nil {
		return 0
	}
	return found.Line
}

func (s sources) Symbol(qualified string) (file string, line int) {
	name, _, _ := strings.Cut(qualified, ".")
	if !s.index.Has(name) {
		return "", 0
	}
	found, err := s.index.Find(qualified)
	if err != nil {
		return "", 0
	}
	return found.File, found.Line
}

// placeFile remembers the page that was read last, for --next and --prev. It is a convenience: without it they begin at
// the beginning.
func placeFile() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "kubepath", "page")
}

func lastRead(book *read.Book) (read.Page, bool) {
	name, err := os.ReadFile(placeFile())
	if err != nil {
		return read.Page{}, false
	}
	page, err := book.Find(strings.TrimSpace(string(name)))
	return page, err == nil
}

// remember does not fail: a home that cannot be written to is no reason not to read.
func remember(page read.Page) {
	file := placeFile()
	if file == "" || page.File == "contents.md" || os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	_ = os.WriteFile(file, []byte(page.File+"\n"), 0o644)
}
