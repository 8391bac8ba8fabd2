package boxes_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"kubepath/internal/tools/boxes"
	"kubepath/internal/tools/diagram"
)

var update = flag.Bool("update", false, "write the drawings anew")

// TestDrawings compares each diagram's drawings with those on record, which a person has looked at. The files of an
// archive are named for the width.
func TestDrawings(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no drawings: %v", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			d := parse(t, string(archive.Comment))
			for i, file := range archive.Files {
				width, err := strconv.Atoi(file.Name)
				if err != nil {
					t.Fatal(err)
				}
				got := boxes.Draw(d, width).String()
				archive.Files[i].Data = []byte(got)
				if diff := cmp.Diff(string(file.Data), got); diff != "" && !*update {
					t.Errorf("%d columns (go test ./internal/tools/boxes -update writes it anew):\n%s", width, diff)
				}
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func parse(t *testing.T, text string) *diagram.Diagram {
	t.Helper()
	d, err := diagram.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAnyDiagramFitsAndIsWhole draws diagrams that nobody would make.
func TestAnyDiagramFitsAndIsWhole(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 120 {
		text := randomDiagram(random)
		d := parse(t, text)
		for _, width := range []int{20, 58, 78, 118} {
			drawn := boxes.Draw(d, width)
			if drawn.Width() > width {
				t.Fatalf("%d columns wide, not %d:\n%s\n%s", drawn.Width(), width, text, drawn)
			}
			// A word that is broken is found without its line breaks only by its letters.
			letters := drawn.String()
			for _, n := range d.Nodes {
				for _, word := range strings.Fields(strings.Join(n.Lines, " ")) {
					if len(word) < 10 && connected(d, n) && !strings.Contains(letters, word) {
						t.Fatalf("at %d columns %q is missing:\n%s\n%s", width, word, text, drawn)
					}
				}
			}
			if heads := strings.Count(letters, "▼") + strings.Count(letters, "▲") + strings.Count(letters, "▶") +
				strings.Count(letters, "◀"); heads != 0 && heads != arrows(d) {
				t.Fatalf("%d points for %d arrows at %d columns:\n%s\n%s", heads, arrows(d), width, text, drawn)
			}
		}
	}
}

// connected nodes are in the list too, which is made of arrows.
func connected(d *diagram.Diagram, n diagram.Node) bool {
	return slices.ContainsFunc(d.Edges, func(e diagram.Edge) bool { return e.From == n.ID || e.To == n.ID })
}

func arrows(d *diagram.Diagram) int {
	count := 0
	for _, e := range d.Edges {
		if e.From != e.To {
			count++
		}
	}
	return count
}

func randomDiagram(random *rand.Rand) string {
	var text strings.Builder
	fmt.Fprintf(&text, "flowchart %s\n", []string{"TD", "LR"}[random.IntN(2)])
	words := []string{"etcd", "registry.Store", "the chain", "a", "storage.Interface.GuaranteedUpdate", "x<br/>y z"}
	nodes := 1 + random.IntN(diagram.MaxNodes)
	for i := range nodes {
		fmt.Fprintf(&text, "n%d[\"%s %d\"]\n", i, words[random.IntN(len(words))], i)
	}
	for range random.IntN(2 * nodes) {
		arrow := []string{"-->", "-.->", "-->|201|", "-->|a longer label|"}[random.IntN(4)]
		fmt.Fprintf(&text, "n%d %s n%d\n", random.IntN(nodes), arrow, random.IntN(nodes))
	}
	return text.String()
}

func ExampleDraw() {
	d, err := diagram.Parse(`flowchart LR
  client -->|POST| server
  server -->|Txn| etcd
`)
	if err != nil {
		panic(err)
	}
	fmt.Print(boxes.Draw(d, 78))
	// Output:
	// ┌────────┐            ┌────────┐           ┌──────┐
	// │ client ├─── POST ──▶│ server ├─── Txn ──▶│ etcd │
	// └────────┘            └────────┘           └──────┘
}
