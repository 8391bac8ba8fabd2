package memory

import (
	"errors"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"

	storage "kubepath/chapters/05-storage"
)

// write swaps without having looked.
func (db *Database) write(t *testing.T, key, name string) {
	t.Helper()
	seen, _ := db.current(key)
	pod := &corev1.Pod{}
	pod.Name = name
	if _, err := db.swap(key, seen.revisionOrZero(), pod, nil); err != nil {
		t.Fatal(err)
	}
}

func (db *Database) erase(t *testing.T, key string) {
	t.Helper()
	seen, _ := db.current(key)
	if _, err := db.swap(key, seen.revisionOrZero(), nil, nil); err != nil {
		t.Fatal(err)
	}
}

// written is a history of revisions 2 to 7: a is written three times and b comes and goes.
func written(t *testing.T) *Database {
	db := NewDatabase()
	db.write(t, "/a", "first")  // 2
	db.write(t, "/b", "b")      // 3
	db.write(t, "/a", "second") // 4
	db.erase(t, "/b")           // 5
	db.write(t, "/a", "third")  // 6
	db.write(t, "/c", "c")      // 7
	return db
}

// state is what a scan at a revision finds.
func (db *Database) state(t *testing.T, revision uint64) string {
	t.Helper()
	found, _, err := db.scan("/", "/", revision)
	if err != nil {
		return err.Error()
	}
	names := []string{}
	for _, c := range found {
		names = append(names, c.object.(*corev1.Pod).Name)
	}
	return fmt.Sprint(names)
}

var states = map[uint64]string{
	1: "[]", 2: "[first]", 3: "[first b]", 4: "[second b]", 5: "[second]", 6: "[third]", 7: "[third c]", 0: "[third c]",
}

func TestEveryStateOfThePastCanBeRead(t *testing.T) {
	t.Parallel()
	db := written(t)
	for revision, want := range states {
		if got := db.state(t, revision); got != want {
			t.Errorf("revision %d was %s, want %s", revision, got, want)
		}
	}
}

func TestCompactionForgetsOnlyWhatIsOlder(t *testing.T) {
	t.Parallel()
	for compacted := uint64(1); compacted <= 7; compacted++ {
		db := written(t)
		db.Compact(compacted)
		for revision, want := range states {
			if revision != 0 && revision < compacted {
				want = storage.ErrExpired.Error()
			}
			if got := db.state(t, revision); got != want {
				t.Errorf("compacted at %d, revision %d is %s, want %s", compacted, revision, got, want)
			}
		}
		if _, err := db.changesAfter(compacted - 1); compacted > 1 && !errors.Is(err, storage.ErrExpired) {
			t.Errorf("compacted at %d, the changes after %d can be read (%v)", compacted, compacted-1, err)
		}
		if feed, err := db.changesAfter(compacted); err != nil || uint64(len(feed.changes)) != 7-compacted {
			t.Errorf("compacted at %d, %d changes follow (%v)", compacted, len(feed.changes), err)
		}
	}
}

func TestACompactedDatabaseHoldsOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	db := written(t)
	db.Compact(7)
	if len(db.keys) != 2 || len(db.versions) != 2 || len(db.versions["/a"]) != 1 || len(db.log) != 0 {
		t.Fatalf("left are keys %q, %d versions of /a, %d changes", db.keys, len(db.versions["/a"]), len(db.log))
	}
}

func TestASwapOfWhatWasNotSeenIsLost(t *testing.T) {
	t.Parallel()
	db := written(t)
	for key, seen := range map[string]uint64{"/a": 4, "/b": 3, "/c": 0, "/new": 7} {
		if _, err := db.swap(key, seen, &corev1.Pod{}, nil); !errors.Is(err, errLostRace) {
			t.Errorf("swap of %s as of revision %d: %v", key, seen, err)
		}
	}
	if db.Revision() != 7 {
		t.Errorf("the revision is %d, want 7", db.Revision())
	}
}
