package embedetcd

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/etcd/server/v3/storage/wal/walpb"
	"go.etcd.io/raft/v3/raftpb"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"
)

// filled is a data directory with so many keys; its log is without the 64 MB that etcd reserves for what is to come.
func filled(t *testing.T, keys int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	s := start(t, Options{DataDir: dir})
	for i := range keys {
		put(t, s.Client(), fmt.Sprintf("key%03d", i), strings.Repeat("value", 200))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	logs := filepath.Join(dir, "member", "wal")
	if err := os.Truncate(filepath.Join(logs, "0000000000000000-0000000000000000.wal"), 2<<20); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(logs, "0.tmp"))
	return dir
}

// copied is a data directory to damage.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// content is the directory's files by name, without the lock, by sum.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "kubepath.lock" {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		sums[path] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func TestADamagedDirectoryIsSaidAtOnceAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	young, old := filled(t, 0), filled(t, 200)
	must := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	logs := func(dir string) []string {
		names, err := filepath.Glob(filepath.Join(dir, "member", "wal", "*.wal"))
		must(err)
		return names
	}
	db := func(dir string) string { return filepath.Join(dir, "member", "snap", "db") }
	for _, row := range []struct {
		name   string
		damage func(dir string)
		want   string
	}{
		{"the log is missing", func(dir string) { must(os.RemoveAll(filepath.Join(dir, "member", "wal"))) }, "the log is missing"},
		{"the log has no files", func(dir string) { must(os.Remove(logs(dir)[0])) }, "the log is missing"},
		{"the log is cut off", func(dir string) { must(os.Truncate(logs(dir)[0], 1000)) }, "the log ends at entry"},
		{"the log is empty", func(dir string) { must(os.Truncate(logs(dir)[0], 0)) }, "the log cannot be read"},
		{"the log is an older one", func(dir string) {
			must(os.RemoveAll(filepath.Join(dir, "member", "wal")), os.CopyFS(filepath.Join(dir, "member", "wal"), os.DirFS(filepath.Join(young, "member", "wal"))))
		}, "the log ends at entry"},
		{"the log is not one", func(dir string) { must(os.WriteFile(logs(dir)[0], []byte(strings.Repeat("not a log", 1000)), 0o600)) }, "the log cannot be read"},
		{"the database is cut off", func(dir string) { must(os.Truncate(db(dir), 40960)) }, "the database: the file is cut off: 40960 of"},
		{"the database is cut off amid its first pages", func(dir string) { must(os.Truncate(db(dir), 5000)) }, "the database: "},
		{"the database is not one", func(dir string) { must(os.WriteFile(db(dir), []byte(strings.Repeat("not a database", 1000)), 0o600)) }, "the database: "},
		{"the member is another one", func(dir string) {
			b, err := bolt.Open(db(dir), 0o600, nil)
			must(err)
			must(b.Update(func(tx *bolt.Tx) error {
				members := tx.Bucket([]byte("members"))
				id, member := members.Cursor().First()
				return errors.Join(members.Delete(id), members.Put([]byte("123"), member))
			}), b.Close())
		}, "the log is of another cluster"},
		{"the member is one of two", func(dir string) {
			b, err := bolt.Open(db(dir), 0o600, nil)
			must(err)
			must(b.Update(func(tx *bolt.Tx) error {
				members := tx.Bucket([]byte("members"))
				_, member := members.Cursor().First()
				return members.Put([]byte("123"), member)
			}), b.Close())
		}, "one of 2 members of a cluster"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := copied(t, old)
			row.damage(dir)
			before := content(t, dir)
			s, err := Start(t.Context(), Options{DataDir: dir, StartTimeout: 20 * time.Second})
			if err == nil {
				s.Close()
				t.Fatal("it started")
			}
			var damaged *DamageError
			if !errors.As(err, &damaged) || damaged.Dir != dir || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want %s", err, row.want)
			}
			if after := content(t, dir); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Error("the directory was changed")
			}
		})
	}
}

// Whatever stands in a page, the process lives: either the page is not in use, or the start fails.
func TestADamagedPageIsFound(t *testing.T) {
	t.Parallel()
	sound := filled(t, 200)
	file, err := os.ReadFile(filepath.Join(sound, "member", "snap", "db"))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	page := os.Getpagesize()
	for id := 2; (id+1)*page <= len(file) && id < 24; id++ {
		dir := copied(t, sound)
		damaged := append([]byte{}, file...)
		for i := range damaged[id*page : (id+1)*page] {
			damaged[id*page+i] = byte(random.Uint32())
		}
		if err := os.WriteFile(filepath.Join(dir, "member", "snap", "db"), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Start(t.Context(), Options{DataDir: dir})
		var told *DamageError
		switch {
		case err == nil:
			if got := get(t, s.Client(), "key150"); !strings.HasPrefix(got, "value") {
				t.Errorf("page %d: key150 is %q", id, got)
			}
			s.Close()
		case errors.As(err, &told):
			found++
		default:
			t.Errorf("page %d: %v", id, err)
		}
	}
	if found < 5 {
		t.Errorf("%d damaged pages were found", found)
	}
}

func FuzzCheckPagesEnds(f *testing.F) {
	path := filepath.Join(f.TempDir(), "db")
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		f.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		small, err := tx.CreateBucket([]byte("small"))
		if err != nil {
			return err
		}
		large, err := tx.CreateBucket([]byte("large"))
		if err != nil {
			return err
		}
		for i := range 300 {
			if err := large.Put(fmt.Appendf(nil, "%050d", i), make([]byte, 10*i)); err != nil {
				return err
			}
		}
		return small.Put([]byte("a"), []byte("b"))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		f.Fatal(err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	if err := checkPages(path); err != nil {
		f.Fatalf("a sound database: %v", err)
	}
	for i := range 64 {
		f.Add(i*517, uint64(i)*0x0101010101010101)
	}
	f.Fuzz(func(t *testing.T, at int, value uint64) {
		damaged := append([]byte{}, sound...)
		order.PutUint64(damaged[uint(at)%uint(len(damaged)-8):], value)
		path := filepath.Join(t.TempDir(), "db")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = checkPages(path) // it must only return
	})
}

func TestTheLogMustFitTheDatabase(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "wal")
	metadata, err := proto.Marshal(&pb.Metadata{NodeID: proto.Uint64(0xabc), ClusterID: proto.Uint64(1)})
	if err != nil {
		t.Fatal(err)
	}
	w, err := wal.Create(zap.NewNop(), dir, metadata)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var entries []*raftpb.Entry
	for i := range uint64(20) {
		entries = append(entries, &raftpb.Entry{Term: proto.Uint64(1), Index: proto.Uint64(i + 1)})
	}
	snapshot := &walpb.Snapshot{Index: proto.Uint64(10), Term: proto.Uint64(1), ConfState: &raftpb.ConfState{Voters: []uint64{0xabc}}}
	if err := errors.Join(w.Save(&raftpb.HardState{Term: proto.Uint64(1), Commit: proto.Uint64(20)}, entries), w.SaveSnapshot(snapshot)); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		has  database
		want string // "": it fits
	}{
		{"as far as the log", database{20, []string{"abc"}}, ""},
		{"some entries behind", database{10, []string{"abc"}}, ""},
		{"before what the log holds", database{9, []string{"abc"}}, "the log begins after entry 10, and the database has only 9"},
		{"none", database{}, "the log begins after entry 10, and the database has only 0"},
		{"ahead of the log", database{21, []string{"abc"}}, "the log ends at entry 20, before the database, which has 21"},
		{"another member's", database{20, []string{"abd"}}, "the log is of another cluster (member abc) than the database (member abd)"},
	} {
		if err := compareLog(dir, row.has); fmt.Sprint(err) != row.want && (err != nil || row.want != "") {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}
