package atlas_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"kubepath/internal/tools/atlas"
	"kubepath/internal/tools/symbols"
)

func TestEveryConceptHasItsSymbolHere(t *testing.T) {
	t.Parallel()
	index, err := symbols.Open("")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range atlas.Rows() {
		if row.Here == "" {
			continue
		}
		if _, err := index.Find(row.Here); err != nil {
			t.Errorf("the row %q of internal/tools/atlas: here: %v\n\tname the symbol that has the concept now, then run: go run ./internal/tools/atlas/refresh", row.Concept, err)
		}
	}
}

func TestEveryConceptHasItsSymbolUpstream(t *testing.T) {
	t.Parallel()
	upstream, err := symbols.OpenUpstream("")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range atlas.Rows() {
		found, err := upstream.Resolve(row.Upstream)
		switch {
		case errors.Is(err, symbols.ErrUnavailable) && os.Getenv("CI") == "":
			t.Logf("not looked up: %v", err)
		case err != nil:
			t.Errorf("the row %q of internal/tools/atlas: upstream: %v\n\tname the symbol that has the concept at the version of internal/tools/upstream/go.mod", row.Concept, err)
		case found.Name == "":
			t.Errorf("the row %q of internal/tools/atlas: upstream: %s is a package or a file; name a symbol", row.Concept, row.Upstream)
		}
	}
}

func TestNoTwoRowsHaveTheSameConcept(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range atlas.Rows() {
		if len(row.Concept) > 26 {
			t.Errorf("the row %q of internal/tools/atlas: the name is too long for a third of 80 columns; put it into Also", row.Concept)
		}
		name := strings.ToLower(row.Concept)
		if seen[name] {
			t.Errorf("internal/tools/atlas has two rows for %q: unite them, or say in the name what they differ in", row.Concept)
		}
		seen[name] = true
	}
	if len(seen) < 100 {
		t.Errorf("the map has %d concepts; it should have 100 or more", len(seen))
	}
}

func TestOnlyWhatStandsHereCanHaveAnotherName(t *testing.T) {
	renamed, here := atlas.Renamed([]atlas.Row{
		{Here: "cacher.watchCache", Upstream: "k8s.io/apiserver/pkg/storage/cacher.watchCache"},
		{Here: "server.LongRunning", Upstream: "k8s.io/apiserver/pkg/server/filters.BasicLongRunningRequestCheck"},
		{Here: "etcd3.store.create", Upstream: "k8s.io/apiserver/pkg/storage/etcd3.store.Create"},
		{Imported: true, Upstream: "k8s.io/apimachinery/pkg/runtime.Scheme"},
	})
	if renamed != 1 || here != 3 {
		t.Errorf("%d of %d have another name, want 1 of 3", renamed, here)
	}
}
