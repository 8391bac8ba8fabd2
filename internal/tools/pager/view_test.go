package pager

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"kubepath/internal/tools/read"
)

// shelf has three pages of forty paragraphs each; the second has a needle in its thirtieth, over two lines where they are
// narrow.
func shelf(t *testing.T) *Shelf {
	t.Helper()
	files := fstest.MapFS{}
	for i, name := range []string{"01-one.md", "02-two.md", "differences.md"} {
		var text strings.Builder
		fmt.Fprintf(&text, "# Page %d\n\n", i+1)
		for n := 1; n <= 40; n++ {
			fmt.Fprintf(&text, "Paragraph %d of page %d.\n\n", n, i+1)
			if n == 30 && i == 1 {
				text.WriteString("Here is, after some words, a sharp needle.\n\n")
			}
		}
		files[name] = &fstest.MapFile{Data: []byte(text.String())}
	}
	b, err := read.Open(files)
	if err != nil {
		t.Fatal(err)
	}
	return &Shelf{Book: b, Look: read.Look{Book: b}}
}

func newView(t *testing.T, columns, rows int) *view {
	t.Helper()
	s := shelf(t)
	page, err := s.Book.Find("1")
	if err != nil {
		t.Fatal(err)
	}
	v := &view{shelf: s, index: read.NewIndex(s.Book), page: page}
	if err := v.resize(columns, rows); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *view) pressAll(keys ...key) {
	for _, k := range keys {
		v.press(k)
	}
}

// typing is each character of a word as a key.
func typing(word string) []key {
	var keys []key
	for _, r := range word {
		keys = append(keys, key(r))
	}
	return keys
}

func TestKeysMove(t *testing.T) {
	t.Parallel()
	last := newView(t, 80, 24).last()
	for _, row := range []struct {
		name string
		keys []key
		top  int
	}{
		{"space goes on by a screen less a line", []key{" "}, 22},
		{"b goes back", []key{" ", " ", "b"}, 21},
		{"j and k go by a line", []key{"j", "j", "j", "k"}, 2},
		{"G goes to the end", []key{"G"}, last},
		{"g goes to the beginning", []key{"G", "g"}, 0},
		{"nothing is above the beginning", []key{"k", "b"}, 0},
		{"nothing is below the end", []key{"G", "j", " "}, last},
		{"arrows", []key{down, down, up, pageDown, pageUp}, 0},
		{"half a screen", []key{"d", "d", "u"}, 11},
	} {
		v := newView(t, 80, 24)
		v.pressAll(row.keys...)
		if v.top != row.top {
			t.Errorf("%s: line %d, want %d", row.name, v.top, row.top)
		}
	}
}

func TestKeysOpenPages(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		keys []key
		file string
	}{
		{"n is the next page", []key{"n"}, "02-two.md"},
		{"p is the previous one", []key{"n", "p"}, "01-one.md"},
		{"p on the first page is the contents", []key{"p"}, "contents.md"},
		{"n on the contents is the first page", []key{"c", "n"}, "01-one.md"},
		{"n on the last page stays", []key{"n", "n", "n", "n"}, "differences.md"},
		{"c is the contents", []key{"c"}, "contents.md"},
		{"a number is a page", []key{"2", enter}, "02-two.md"},
		{"o asks for a name", append(append([]key{"o"}, typing("diff")...), enter), "differences.md"},
		{"escape gives up", []key{"2", escape}, "01-one.md"},
		{"what was typed can be mended", []key{"1", erase, "2", enter}, "02-two.md"},
		{"an unknown page stays", []key{"9", enter}, "01-one.md"},
	} {
		v := newView(t, 80, 24)
		v.pressAll(row.keys...)
		if v.page.File != row.file {
			t.Errorf("%s: %s, want %s", row.name, v.page.File, row.file)
		}
	}
}

func TestWhatCannotBeDoneIsSaid(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		keys []key
		want string
	}{
		{[]key{"9", enter}, "no such page"},
		{[]key{"G", " "}, "n opens the next one"},
		{[]key{"n", "n", "n"}, "last page"},
		{append(append([]key{"/"}, typing("nowhere")...), enter), `"nowhere" is on no page`},
		{[]key{"N"}, "/ and a word"},
		{[]key{"h"}, "space"},
	} {
		v := newView(t, 80, 24)
		v.pressAll(row.keys...)
		if !strings.Contains(v.message, row.want) {
			t.Errorf("%v: %q, want %q", row.keys, v.message, row.want)
		}
	}
}

func TestASearchGoesThroughAllPages(t *testing.T) {
	t.Parallel()
	for _, columns := range []int{80, 36} {
		v := newView(t, columns, 24)
		v.pressAll(append(append([]key{"/"}, typing("sharp needle")...), enter)...)
		if v.page.File != "02-two.md" {
			t.Fatalf("%d columns: the needle is on the second page, not on %s", columns, v.page.File)
		}
		if frame := v.frame(); !strings.Contains(frame, "\x1b[7m") || strings.Count(frame, "\x1b[7m") < 2 {
			t.Errorf("%d columns: it is not marked:\n%q", columns, frame)
		}
		top := v.top
		v.press("N")
		if v.top != top || v.message == "" {
			t.Errorf("%d columns: the only place is found again, and said so: %d, %q", columns, v.top, v.message)
		}
	}
}

func TestASearchOnThePageGoesDown(t *testing.T) {
	t.Parallel()
	v := newView(t, 80, 24)
	v.pressAll(append(append([]key{"/"}, typing("paragraph 3")...), enter)...)
	first := v.lines[v.top].Text()
	v.press("N")
	if second := v.lines[v.top].Text(); first != "Paragraph 3 of page 1." || second != "Paragraph 30 of page 1." {
		t.Errorf("%q, then %q", first, second)
	}
}

func TestAnotherSizeKeepsThePlace(t *testing.T) {
	t.Parallel()
	v := newView(t, 80, 24)
	v.pressAll(" ", " ")
	want := v.lines[v.top].Source
	for _, size := range [][2]int{{40, 10}, {120, 50}, {20, 3}, {80, 24}} {
		if err := v.resize(size[0], size[1]); err != nil {
			t.Fatal(err)
		}
		if v.last() > v.top && v.lines[v.top].Source < want {
			t.Errorf("%v: line %d of the source, want %d", size, v.lines[v.top].Source, want)
		}
	}
}

func TestAFrameFillsTheScreenAndNoMore(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {20, 5}, {120, 50}, {10, 2}} {
		v := newView(t, size[0], size[1])
		for _, keys := range [][]key{nil, {" "}, {"G"}, {"c"}, {"/", "x"}, {escape, "h"}} {
			v.pressAll(keys...)
			rows := strings.Split(v.frame(), "\r\n")
			if len(rows) != size[1] {
				t.Errorf("%v after %v: %d rows", size, keys, len(rows))
			}
			for _, row := range rows {
				if n := columns(row); n > size[0] {
					t.Errorf("%v after %v: %d columns: %q", size, keys, n, row)
				}
			}
		}
	}
}

// columns counts the characters that are seen.
func columns(row string) int {
	n := 0
	for i := 0; i < len(row); i++ {
		switch {
		case row[i] == 0x1b:
			for i++; i < len(row) && (row[i] < 0x40 || row[i] == '['); i++ {
			}
		case row[i]&0xc0 != 0x80:
			n++
		}
	}
	return n
}

func TestBytesBecomeKeys(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		input string
		want  []key
	}{
		{"n", []key{"n"}}, {"/ä\r", []key{"/", "ä", enter}}, {"\x1b[A\x1b[6~", []key{up, pageDown}}, {"\x1bOF", []key{end}},
		{"\x1b", []key{escape}}, {"\x1b[200~x", []key{"x"}}, {"\x03", []key{interrupt}}, {"\x7f", []key{erase}}, {"\x01\xff", nil},
		{"\x1b[", nil},
	} {
		if got := decode(row.input); !slices.Equal(got, row.want) {
			t.Errorf("%q: %v, want %v", row.input, got, row.want)
		}
	}
}
