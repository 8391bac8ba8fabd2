package main

import (
	"fmt"
	"io"
	"strings"

	"kubepath/internal/tools/read"
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
