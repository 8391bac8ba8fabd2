package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A limit on the size of files does to etcd what a full disk does: a write is refused.
func TestAFullDiskEndsTheServerInOneLineAndNothingIsLost(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	p, errs := serveWithErrors(t, "--data-dir", dir)
	const collection = "/api/v1/namespaces/default/configmaps"
	if status, body := send(t, http.MethodPost, p.url+collection, "application/json", manifestOf("answered")); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	if err := unix.Prlimit(p.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 4096, Max: 4096}, nil); err != nil {
		t.Skipf("no limit can be set: %v", err)
	}
	answered := []string{"answered"}
	for len(answered) < 100 { // the log may have room for a few more
		name := fmt.Sprintf("more-%d", len(answered))
		response, err := http.Post(p.url+collection, "application/json", strings.NewReader(string(manifestOf(name))))
		if err != nil {
			break
		}
		response.Body.Close()
		if response.StatusCode != http.StatusCreated {
			break
		}
		answered = append(answered, name)
	}
	if status := p.ends(t); status != 1 {
		t.Errorf("exit status %d", status)
	}
	said := errs.String()
	for _, want := range []string{"kubepath: etcd ended, with its data in " + dir, "file too large", "\nhint: every write that was answered is kept; free some space"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in: %s", want, said)
		}
	}
	if strings.Count(said, "\n") != 2 {
		t.Errorf("one line and a hint: %s", said)
	}
	again := serve(t, "--data-dir", dir)
	for _, name := range answered {
		if status, body := send(t, http.MethodGet, again.url+collection+"/"+name, "", nil); status != http.StatusOK {
			t.Errorf("%s was answered and is lost: %d %s", name, status, body)
		}
	}
}
