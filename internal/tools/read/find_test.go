package read_test

import (
	"fmt"
	"strings"
	"testing"

	"kubepath/internal/tools/read"
)

func searched(t *testing.T, word, text string) []read.Hit {
	t.Helper()
	b := book(t, map[string]string{"01-one.md": text})
	hits, err := read.NewIndex(b).Search(b.Pages(), word)
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

func TestAWordIsFoundWhateverItsForm(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, word, text string }{
		{"in capitals", "gvk", "The GVK."},
		{"with a hyphen", "out pointer", "An out-pointer."},
		{"without the hyphen", "out-pointer", "An out pointer."},
		{"over two lines", "key function", "This is the key\nfunction."},
		{"with code in it", "storage.Interface is", "Here `storage.Interface` is."},
		{"in a table", "strategy", "|a|b|\n|-|-|\n|x|a strategy|"},
		{"in code", "compare", "```go\nclientv3.Compare()\n```"},
		{"in a list", "lease", "- a\n- a lease"},
		{"in a heading", "leases", "## Leases"},
	} {
		if hits := searched(t, row.word, row.text); len(hits) != 1 {
			t.Errorf("%s: %d hits", row.name, len(hits))
		}
	}
}

func TestAHitTellsSectionSentenceAndLine(t *testing.T) {
	t.Parallel()
	hits := searched(t, "strategy", "# 1. one\n\n## The real one\n\nFirst this. A strategy says\nhow. Then that.\n")
	if len(hits) != 1 {
		t.Fatalf("%d hits", len(hits))
	}
	got := fmt.Sprintf("%s, %s, %d: %s", hits[0].Page.Title, hits[0].Section, hits[0].Line.Source, hits[0].Snippet(80, read.None).Text())
	if want := "1. one, The real one, 5: A «strategy» says how."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestASnippetFitsAndShowsTheWord(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("many words ", 50) + "the needle " + strings.Repeat("and more words ", 50)
	for _, width := range []int{30, 60, 100} {
		snippet := searched(t, "needle", long)[0].Snippet(width, read.None)
		if snippet.Width() > width || !strings.Contains(snippet.Text(), "«needle»") {
			t.Errorf("%d columns: %d: %s", width, snippet.Width(), snippet.Text())
		}
	}
}

func TestWhereAWordIsIntroducedGoesFirst(t *testing.T) {
	t.Parallel()
	hits := searched(t, "lease", "A lease here.\n\nA lease there.\n\nA **lease** is a time.\n\nA lease again.\n")
	best := read.Best(hits, 1)
	if len(best) != 1 || best[0].Line.Source != 5 {
		t.Errorf("%+v", best)
	}
}

func ExampleResults() {
	page := read.Page{File: "07-etcd3.md", Number: 7, Name: "etcd3", Title: "7. etcd3", Text: "# 7. etcd3\n\n## Create\n\nA Txn puts."}
	hits, err := read.NewIndex(&read.Book{}).Search([]read.Page{page}, "txn")
	if err != nil {
		panic(err)
	}
	fmt.Print(read.Results{Hits: hits, Look: read.Look{Width: 60}}.Text())
	// Output:
	// 7. etcd3                                     kubepath read 7
	//   Create
	//      5  A «Txn» puts.
}

func ExampleRender() {
	page := read.Page{Text: "# Title\n\nSome **bold** words.\n\n| a | b |\n|---|---|\n| `x` | y |\n"}
	doc, err := read.Render(page, read.Look{Width: 40})
	if err != nil {
		panic(err)
	}
	fmt.Print(doc.Text())
	// Output:
	// Title
	// ═════
	//
	// Some bold words.
	//
	// a │ b
	// ──┼──
	// x │ y
}

func TestAParagraphIsOneLineToTheSearch(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("some words and ", 30) + "first words\nlast words"
	for _, text := range []string{long, "- " + long, "> " + long, "|a|\n|-|\n|" + strings.ReplaceAll(long, "\n", " ") + "|"} {
		if hits := searched(t, "words last", text); len(hits) != 1 {
			t.Errorf("%d hits in %.20q", len(hits), text)
		}
	}
}
