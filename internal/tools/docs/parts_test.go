package docs

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatDiffersFromRunToRunIsNotCompared(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, a, b string
		volatile   []string
		same       bool
	}{
		{"durations and columns", "server  ← 200 OK      477 µs", "server  ← 200 OK  1.3 ms", nil, true},
		{"ages", "web   2s", "web   1m3s", nil, true},
		{"ports", "http://127.0.0.1:80/api", "http://127.0.0.1:34999/api", nil, true},
		{"lines of the source", "01-request/result.go:15", "01-request/result.go:117", nil, true},
		{"times and uids", "2026-11-21T21:25:13Z d285d8df-d3ae-412c-9a16-c916e4c990ca", "2027-01-01T01:02:03Z 00000000-d3ae-412c-9a16-c916e4c990ca", nil, true},
		{"sizes", "226 bytes of JSON", "1,226 bytes of JSON", nil, true},
		{"an HTTP date", "Date: Sat, 21 Nov 2026 21:25:13 GMT", "Date: Sun, 22 Nov 2026 01:25:13 GMT", nil, true},
		{"a trace's id", "traceparent 4bf92f3577b34da6a3ce929d0e0e4736", "traceparent 0af7651916cd43dd8448eb211c80319c", nil, true},
		{"revisions", "revision 7", "revision 8", nil, false},
		{"revisions, asked", "revision 7, mod(/a) = 7, \"resourceVersion\":\"7\"", "revision 8, mod(/a) = 9, \"resourceVersion\":\"10\"", []string{"revisions"}, true},
		{"numbers, asked", "3 of 7", "4 of 8", []string{"numbers"}, true},
		{"order", "a\nb", "b\na", nil, false},
		{"order, asked", "a\nb", "b\na", []string{"order"}, true},
		{"words", "200 OK", "201 Created", nil, false},
		{"line ends", "a b", "a\nb", nil, false},
	} {
		if got := same(row.a, row.b, row.volatile); got != row.same {
			t.Errorf("%s: same = %v; %q and %q", row.name, got, shape(row.a, row.volatile), shape(row.b, row.volatile))
		}
	}
}

func TestAMessageShowsOnlyTheLinesThatDiffer(t *testing.T) {
	t.Parallel()
	b := &Block{Volatile: []string{"revisions"}}
	old := "a 1 ms\nb revision 1\nc\nd\n"
	now := "a 2 ms\nb revision 2\nx\nd\ny\n"
	if got, want := diffBy(old, now, b.shape), "\t- c\n\t+ x\n\t+ y\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := diff("", "a\n"), "\t+ a\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAPageThatIsMadeIsMendedWhereItIsMadeFrom(t *testing.T) {
	t.Parallel()
	p, err := ParsePage("docs/upstream.md", "# The map\n\nThis page is made from internal/tools/atlas: change the rows there.\n")
	if err != nil {
		t.Fatal(err)
	}
	const want = "docs/upstream.md:7: wrong (the page is made from internal/tools/atlas: mend it there, then run scripts/docs)"
	if got := p.wrong(7, "wrong").String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnInfoStringNamesAnExcerpt(t *testing.T) {
	t.Parallel()
	for info, want := range map[string]*excerpt{
		"go":                            nil,
		"go a.go A":                     {file: "a.go", symbol: "A"},
		"go a.go A.b nodoc":             {file: "a.go", symbol: "A.b", nodoc: true},
		"go a.go const A":               {file: "a.go", symbol: "const A"},
		"go a.go var A nodoc lines 3-9": {file: "a.go", symbol: "var A", nodoc: true, from: 3, to: 9},
		"yaml a.yaml":                   {file: "a.yaml"},
	} {
		got, err := parseExcerpt(info)
		if err != nil {
			t.Errorf("%s: %v", info, err)
		} else if diff := cmp.Diff(want, got, cmp.AllowUnexported(excerpt{})); diff != "" {
			t.Errorf("%s:\n%s", info, diff)
		}
	}
	for _, info := range []string{"go a.go A B", "go a.go A lines 9-3", "go a.go A lines 3"} {
		if _, err := parseExcerpt(info); err == nil {
			t.Errorf("%s is taken", info)
		}
	}
}

func TestHeadingsHaveTheAnchorsOfCodeHosts(t *testing.T) {
	t.Parallel()
	p, err := ParsePage("docs/a.md", "# 7. etcd3: objects in etcd\n## What it costs\n```text\n# no heading\n```\n### `Store` and [GVR](x.md)\n## What it costs\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"7-etcd3-objects-in-etcd", "what-it-costs", "store-and-gvr", "what-it-costs-1"}
	if diff := cmp.Diff(want, p.anchors()); diff != "" {
		t.Error(diff)
	}
}

func TestAPageIsPutTogetherAsItWas(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "# A", "# A\n\n```go a.go A\nx\n```\n", "```text\n```", "a\n<!-- cost: get -->\nb\n<!-- end -->\nc\r\n````text\n```\n````\n",
	} {
		p, err := ParsePage("a.md", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if p.Text() != text {
			t.Errorf("%q became %q", text, p.Text())
		}
	}
}

func TestCodeAndLinksGoOverLineEnds(t *testing.T) {
	t.Parallel()
	p, err := ParsePage("a.md", "one `registry.\nStore` and [two\nwords](b.md) <!-- not `here` -->\n\n`[x](code.md)` [`y`](c.md)\n")
	if err != nil {
		t.Fatal(err)
	}
	var code, links []span
	for _, paragraph := range p.paragraphs() {
		code = append(code, paragraph.code()...)
		links = append(links, paragraph.links()...)
	}
	wantCode := []span{{1, "registry.\nStore"}, {5, "[x](code.md)"}, {5, "y"}}
	wantLinks := []span{{3, "b.md"}, {5, "c.md"}}
	if diff := cmp.Diff(wantCode, code, cmp.AllowUnexported(span{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wantLinks, links, cmp.AllowUnexported(span{})); diff != "" {
		t.Error(diff)
	}
}

func TestCommandsRunInAnEmptyPlaceOfTheirOwn(t *testing.T) {
	t.Parallel()
	course := project(t, nil)
	result, err := course.Tools.shell("/nowhere", []string{
		"ls -A\n", "pwd; echo $HOME; echo $TMPDIR; echo \"$KUBECONFIG$KUBERNETES_SERVICE_HOST\"\n", "sleep 100 & echo left behind\n", "echo out; echo err >&2; false\n", "echo not run\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"", "/tmp/page\n/home/you\n/tmp/tmp\n\n", "left behind\n", "out\nerr\n"}
	if diff := cmp.Diff(want, result.outputs); diff != "" || result.err == nil {
		t.Error(result.err, diff)
	}
	entries, err := os.ReadDir(course.Tools.folder)
	if err != nil || len(entries) != 1 || !strings.HasPrefix(entries[0].Name(), "kubepath") {
		t.Error("the page's folder is left behind:", entries, err)
	}
}
