package diagram_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kubepath/internal/tools/diagram"
)

func TestNodesAndEdgesAreRead(t *testing.T) {
	t.Parallel()
	got, err := diagram.Parse(`flowchart TD
  client["request.Request"]
  client -->|POST /api| server["server<br/>the chain"]
  server -.-> etcd

  etcd["etcd3.store"]
`)
	if err != nil {
		t.Fatal(err)
	}
	want := &diagram.Diagram{
		Direction: diagram.Down,
		Nodes: []diagram.Node{
			{ID: "client", Lines: []string{"request.Request"}, Line: 2},
			{ID: "server", Lines: []string{"server", "the chain"}, Line: 3},
			{ID: "etcd", Lines: []string{"etcd3.store"}, Line: 4},
		},
		Edges: []diagram.Edge{
			{From: "client", To: "server", Label: "POST /api", Line: 3},
			{From: "server", To: "etcd", Dotted: true, Line: 4},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNoFlowchartIsRefused(t *testing.T) {
	t.Parallel()
	many := "flowchart LR\n" + strings.Repeat("n --> n\n", 1)
	for _, id := range strings.Split("a b c d e f g h i j", " ") {
		many += id + "\n"
	}
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", "line 1: the diagram is empty"},
		{"another kind", "sequenceDiagram\nA->>B: x", "line 1: \"sequenceDiagram\": a diagram begins with"},
		{"a subgraph", "flowchart TD\nsubgraph x\nend", "line 2: \"subgraph x\" is neither"},
		{"two edges on a line", "flowchart TD\na --> b --> c", "line 2:"},
		{"two texts for a node", "flowchart TD\na[\"x\"]\na[\"y\"]", "line 3: the node a has a text already"},
		{"no node", "flowchart TD\n", "the diagram has no node"},
		{"too many nodes", many, "11 nodes: 9 are the most"},
	} {
		if _, err := diagram.Parse(row.text); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}
