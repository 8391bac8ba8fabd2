package embedetcd

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	clientv3 "go.etcd.io/etcd/client/v3"
)

func start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t testing.TB, c *clientv3.Client, key, value string) {
	t.Helper()
	if _, err := c.Put(t.Context(), key, value); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, c *clientv3.Client, key string) string {
	t.Helper()
	answer, err := c.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Kvs) == 0 {
		return ""
	}
	return string(answer.Kvs[0].Value)
}

// Not parallel: it counts the goroutines of etcd in the whole process.
func TestCloseLeavesNothing(t *testing.T) {
	before := etcdGoroutines() // a start that failed on damaged data leaves some
	s := start(t, Options{ListenClient: "127.0.0.1:0"})
	put(t, s.Client(), "a", "1")
	watch := s.Client().Watch(t.Context(), "a")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range watch { // an open watch ends
	}
	if _, err := os.Stat(s.DataDir()); !os.IsNotExist(err) {
		t.Errorf("the temporary directory is still there: %v", err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		left := etcdGoroutines()
		maps.DeleteFunc(left, func(id, _ string) bool { return before[id] != "" })
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("goroutines of etcd after Close:\n%v", left)
		}
		runtime.Gosched()
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

// etcdGoroutines are the stacks of goroutines that run etcd, by what names each goroutine.
func etcdGoroutines() map[string]string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	found := map[string]string{}
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "go.etcd.io/") || strings.Contains(stack, "google.golang.org/grpc") {
			id, _, _ := strings.Cut(stack, " [")
			found[id] = stack
		}
	}
	return found
}

func TestDataDirKeepsTheData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "on", "demand")
	first := start(t, Options{DataDir: dir})
	put(t, first.Client(), "a", "1")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if got := get(t, start(t, Options{DataDir: dir}).Client(), "a"); got != "1" {
		t.Errorf("after a restart a is %q, want 1", got)
	}
}

func TestListenClientServesOthers(t *testing.T) {
	t.Parallel()
	s := start(t, Options{ListenClient: "127.0.0.1:0"})
	outside, err := clientv3.New(clientv3.Config{Endpoints: []string{s.Endpoint()}, DialTimeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	put(t, outside, "a", "1")
	if got := get(t, s.Client(), "a"); got != "1" {
		t.Errorf("inside a is %q, want 1", got)
	}
}

func TestStartFailsAtOnceWithOneClearError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ours := start(t, Options{DataDir: filepath.Join(dir, "ours")})
	theirs := write("theirs/member/snap/db", "")
	db, err := bolt.Open(theirs, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	write("broken/member/snap/db", strings.Repeat("not a database ", 4096))
	if err := start(t, Options{DataDir: filepath.Join(dir, "torn")}).Close(); err != nil {
		t.Fatal(err)
	}
	write("torn/member/wal/0000000000000000-0000000000000000.wal", strings.Repeat("not a log ", 4096))

	for _, row := range []struct{ name, dir, want string }{
		{"a server of ours has the directory", ours.DataDir(), "data directory DIR is in use by another process"},
		{"an etcd of someone else has the directory", filepath.Join(dir, "theirs"), "data directory DIR is in use by another process"},
		{"the directory is a file", write("file", ""), "data directory DIR cannot be made"},
		{"the log is broken", filepath.Join(dir, "torn"), "data directory DIR is damaged: the log cannot be read"},
		{"the database is broken", filepath.Join(dir, "broken"), "data directory DIR is damaged: the database: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			begin := time.Now()
			s, err := Start(t.Context(), Options{DataDir: row.dir})
			if err == nil {
				s.Close()
				t.Fatal("it started")
			}
			if want := strings.ReplaceAll(row.want, "DIR", row.dir); !strings.Contains(err.Error(), want) {
				t.Errorf("got  %v\nwant %v", err, want)
			}
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Start(ctx, Options{}); err == nil {
		s.Close()
		t.Fatal("it started")
	}
}

// The test runs itself a second time as the process to be killed.
func TestEveryAnsweredWriteSurvivesSIGKILL(t *testing.T) {
	if dir := os.Getenv("EMBEDETCD_WRITE_TO"); dir != "" {
		writeUntilKilled(t, dir)
	}
	t.Parallel()
	dir := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), "EMBEDETCD_WRITE_TO="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	answered := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		answered++
		if answered == 100 {
			child.Process.Kill()
		}
	}
	child.Wait() // killed
	if answered < 100 {
		t.Fatalf("the writer ended after %d writes", answered)
	}
	c := start(t, Options{DataDir: dir}).Client()
	for i := range answered {
		if got := get(t, c, fmt.Sprint("key", i)); got != "value" {
			t.Fatalf("write %d of %d was answered and is lost", i, answered)
		}
	}
}

func writeUntilKilled(t *testing.T, dir string) {
	c := start(t, Options{DataDir: dir}).Client()
	for i := 0; ; i++ {
		put(t, c, fmt.Sprint("key", i), "value")
		fmt.Println(i)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := Start(b.Context(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
