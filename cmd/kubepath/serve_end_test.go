package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ends waits for the process and returns its exit status: -1 where a signal ended it.
func (p *process) ends(t *testing.T) int {
	t.Helper()
	ended := make(chan struct{})
	go func() { p.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("it has not ended")
	}
	return p.ProcessState.ExitCode()
}

// A request that goes on holds the server for a while after the first signal, for as long as it may take.
func TestASecondSignalEndsTheProcessAtOnce(t *testing.T) {
	t.Parallel()
	for _, second := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		p := serve(t)
		body, more := io.Pipe()
		defer more.Close()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/api/v1/namespaces/default/configmaps", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		go func() {
			if response, err := http.DefaultClient.Do(r); err == nil {
				response.Body.Close()
			}
		}()
		if _, err := more.Write([]byte(`{"apiVersion":"v1",`)); err != nil { // it is under way
			t.Fatal(err)
		}
		began := time.Now()
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		for ready := true; ready; { // the first signal is taken
			response, err := http.Get(p.url + "/readyz")
			if ready = err == nil && response.StatusCode == http.StatusOK; err == nil {
				response.Body.Close()
			}
		}
		if err := p.Process.Signal(second); err != nil {
			t.Fatal(err)
		}
		if status := p.ends(t); status != 1 {
			t.Errorf("after a second signal, %v: exit status %d", second, status)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("it took %v", took)
		}
	}
}

// refused is what serve says when it does not start.
func refused(t *testing.T, args ...string) string {
	t.Helper()
	var errs bytes.Buffer
	began := time.Now()
	if status := run(append([]string{"serve", "--secure-port", "0"}, args...), strings.NewReader(""), io.Discard, &errs); status != 1 {
		t.Errorf("status %d", status)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
	return errs.String()
}

func TestADirectoryWithoutItsLogIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	serve(t, "--data-dir", dir).kill()
	if err := os.RemoveAll(filepath.Join(dir, "member", "wal")); err != nil {
		t.Fatal(err)
	}
	said := refused(t, "--data-dir", dir)
	if !strings.HasPrefix(said, "kubepath: data directory "+dir+" is damaged: the log is missing") ||
		!strings.Contains(said, "\nhint: nothing was changed in it") || strings.Count(said, "\n") != 2 {
		t.Error(said)
	}
}

// serveWithErrors is serve, with what the server says on stderr, to be read after it has ended.
func serveWithErrors(t *testing.T, args ...string) (*process, *bytes.Buffer) {
	t.Helper()
	p := serve(t, args...)
	return p, p.Cmd.Stderr.(*bytes.Buffer)
}

func TestARemovedDirectoryEndsTheServerInOneLine(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	p, errs := serveWithErrors(t, "--data-dir", dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if status := p.ends(t); status != 1 {
		t.Errorf("exit status %d", status)
	}
	if said := errs.String(); !strings.Contains(said, "its database was removed: another process changes the directory") || strings.Count(said, "\n") != 2 {
		t.Error(said)
	}
}

func TestAServerThatIsToKeepNoTracesKeepsNone(t *testing.T) {
	t.Parallel()
	p := serve(t, "--keep-traces", "0", "--traces-per-second", "0")
	send(t, http.MethodGet, p.url+"/api/v1/namespaces", "", nil)
	if status, traces := send(t, http.MethodGet, p.url+tracesPath, "", nil); status != http.StatusOK || strings.TrimSpace(string(traces)) != "[]" {
		t.Errorf("%d %.200s", status, traces)
	}
}
