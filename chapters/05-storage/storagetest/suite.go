package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	storage "kubepath/chapters/05-storage"
)

// Fixture is a storage under test, with functions that access its database directly. An implementation may leave a
// function nil if Without has the reason: the cases that need the function are then skipped. Without a reason, they
// fail.
type Fixture struct {
	// Storage is empty and stores Pods below /pods/. Its resource, if it has one, is /pods.
	Storage storage.Interface

	// Compact removes the history before revision. It returns after that is done.
	Compact func(ctx context.Context, revision uint64) error
	// Corrupt overwrites the stored bytes under key (the storage's name for it) so that they cannot be decoded.
	Corrupt func(ctx context.Context, key string) error
	// RawGet returns the stored bytes under key (the storage's name for it).
	RawGet func(ctx context.Context, key string) ([]byte, error)

	// Without has the reason why a function above is nil, by the function's name.
	Without map[string]string
}

// Open returns an empty storage, and ends it with tb.Cleanup.
type Open func(tb testing.TB) Fixture

// testCase is one claim about every storage.
type testCase struct {
	name  string
	alone bool // it compacts, which disturbs other cases
	check func(c *check)
}

// group has the cases of one subject.
type group struct {
	name  string
	cases []testCase
}

// Run runs the suite, or only the named groups of it.
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

// patience limits how long a case waits for an event. It is reached only if the storage fails.
const patience = 20 * time.Second

func runCase(t *testing.T, open Open, c testCase) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c.check(&check{T: t, Fixture: open(t), ctx: ctx})
}
