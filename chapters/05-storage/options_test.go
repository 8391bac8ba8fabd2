package storage_test

import (
	"errors"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	storage "kubepath/chapters/05-storage"
)

func mustEncode(t *testing.T, key string, version int64) string {
	t.Helper()
	token, err := storage.EncodeContinue(prefix+key, prefix, version)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestWhatAListReads(t *testing.T) {
	t.Parallel()
	const exact, notOlder = metav1.ResourceVersionMatchExact, metav1.ResourceVersionMatchNotOlderThan
	at7, newest := mustEncode(t, "b\x00", 7), mustEncode(t, "b\x00", storage.NewestVersion)
	for _, row := range []struct {
		name    string
		version string
		match   metav1.ResourceVersionMatch
		limit   int64
		token   string
		want    storage.ListStart
	}{
		{"no version is the newest", "", "", 0, "", storage.ListStart{Key: prefix}},
		{"no version with a limit is the newest", "", "", 2, "", storage.ListStart{Key: prefix}},
		{"zero is any", "0", "", 0, "", storage.ListStart{Key: prefix}},
		{"zero with a limit is any", "0", "", 2, "", storage.ListStart{Key: prefix}},
		{"zero and not older is any", "0", notOlder, 0, "", storage.ListStart{Key: prefix}},
		{"a version alone is a lower bound", "5", "", 0, "", storage.ListStart{AtLeast: 5, Key: prefix}},
		{"a version with a limit is exact", "5", "", 2, "", storage.ListStart{Revision: 5, Key: prefix}},
		{"not older is a lower bound, with a limit too", "5", notOlder, 2, "", storage.ListStart{AtLeast: 5, Key: prefix}},
		{"exact is exact", "5", exact, 0, "", storage.ListStart{Revision: 5, Key: prefix}},
		{"a token has its version", "", "", 2, at7, storage.ListStart{Revision: 7, Key: prefix + "b\x00", Continued: true}},
		{"a token and zero is the token", "0", "", 2, at7, storage.ListStart{Revision: 7, Key: prefix + "b\x00", Continued: true}},
		{"a fresh token goes on at the newest", "", "", 2, newest, storage.ListStart{Key: prefix + "b\x00", Continued: true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := storage.ValidateListOptions(prefix, storage.ListOptions{
				ResourceVersion: row.version, ResourceVersionMatch: row.match, Recursive: true,
				Predicate: storage.SelectionPredicate{Limit: row.limit, Continue: row.token},
			})
			if err != nil || got != row.want {
				t.Fatalf("got %+v (%v), want %+v", got, err, row.want)
			}
		})
	}
}

func TestAListOfOneKeyHasNoPages(t *testing.T) {
	t.Parallel()
	got, err := storage.ValidateListOptions("/registry/pods/default/a", storage.ListOptions{
		ResourceVersion: "5", Predicate: storage.SelectionPredicate{Limit: 1, Continue: "bad"},
	})
	if want := (storage.ListStart{AtLeast: 5, Key: "/registry/pods/default/a"}); err != nil || got != want {
		t.Fatalf("got %+v (%v), want %+v", got, err, want)
	}
}

func TestTheFutureIsRefusedWithBothVersions(t *testing.T) {
	t.Parallel()
	for _, r := range []storage.ListStart{{Revision: 9}, {AtLeast: 9}} {
		var e *storage.Error
		if err := r.Check(8); !errors.Is(err, storage.ErrFuture) || !errors.As(err, &e) || e.Requested != 9 || e.Current != 8 {
			t.Errorf("%+v at 8 gives %v", r, err)
		}
		if err := r.Check(9); err != nil {
			t.Errorf("%+v at 9 gives %v", r, err)
		}
	}
}

func TestWhereAWatchBegins(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, row := range []struct {
		name      string
		version   string
		initial   *bool
		bookmarks bool
		want      storage.WatchStart
	}{
		{"no version shows what exists", "", nil, true, storage.WatchStart{InitialEvents: true}},
		{"zero shows what exists", "0", nil, false, storage.WatchStart{InitialEvents: true}},
		{"a version shows what follows", "5", nil, true, storage.WatchStart{After: 5}},
		{"initial events end with a bookmark", "5", &yes, true, storage.WatchStart{After: 5, InitialEvents: true, InitialEventsEndBookmark: true}},
		{"but only for those who understand it", "", &yes, false, storage.WatchStart{InitialEvents: true}},
		{"without a version they can be refused", "", &no, true, storage.WatchStart{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := storage.ValidateWatchOptions(storage.ListOptions{
				ResourceVersion: row.version, SendInitialEvents: row.initial,
				Predicate: storage.SelectionPredicate{AllowWatchBookmarks: row.bookmarks},
			})
			if err != nil || got != row.want {
				t.Fatalf("got %+v (%v), want %+v", got, err, row.want)
			}
		})
	}
}
