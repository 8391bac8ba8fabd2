package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	storage "kubepath/chapters/05-storage"
)

// Fixture is a storage under test and what a test can do behind its back. The functions are capabilities that an
// implementation may be without, if it says why: the cases that need one are then skipped. One that is neither given
// nor excused fails them.
type Fixture struct {
	// Storage is empty, holds Pods below /pods/, and gives /pods as its resource where it is asked for one.
	Storage storage.Interface

	// Compact forgets what was replaced or deleted before revision. It returns when that is done.
	Compact func(ctx context.Context, revision uint64) error
	// Corrupt makes what is stored under key, as the storage names it, unreadable.
	Corrupt func(ctx context.Context, key string) error
	// RawGet returns the stored bytes under key, as the storage names it.
	RawGet func(ctx context.Context, key string) ([]byte, error)

	// Without says, by the name of a function above, why this storage cannot have it.
	Without map[string]string
}

// Open returns an empty storage, and ends it with tb.Cleanup.
type Open func(tb testing.TB) Fixture

// testCase is one claim about every storage.
type testCase struct {
	name  string
	alone bool // disturbs the other cases: compacts
	check func(c *check)
}

// group is the cases about one subject.
type group struct {
	name  string
	cases []testCase
}

// Run runs the suite, or the groups of it that are named: update, hint.
func Run(t *testing.T, open Open, named ...string) {
	groups := []group{
		{"create", createCases},
		{"get", getCases},
		{"list", listCases},
		{"page", pageCases},
		{"update", updateCases},
		{"precondition", preconditionCases},
		{"hint", hintCases},
		{"ttl", ttlCases},
		{"delete", deleteCases},
		{"watch", watchCases},
		{"watch end", watchEndCases},
		{"bookmark", bookmarkCases},
		{"selector", selectorCases},
		{"concurrency", concurrencyCases},
		{"contract", contractCases},
	}
	for _, name := range named {
		if !slices.ContainsFunc(groups, func(g group) bool { return g.name == name }) {
			t.Fatalf("the suite has no group %q", name)
		}
	}
	for _, group := range groups {
		if len(named) > 0 && !slices.Contains(named, group.name) {
			continue
		}
		for _, c := range group.cases {
			t.Run(group.name+"/"+c.name, func(t *testing.T) {
				if !c.alone {
					t.Parallel()
				}
				runCase(t, open, c)
			})
		}
	}
}

// patience is how long a case may wait for what must happen. It only matters where a storage fails.
const patience = 20 * time.Second

func runCase(t *testing.T, open Open, c testCase) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c.check(&check{T: t, Fixture: open(t), ctx: ctx})
}
