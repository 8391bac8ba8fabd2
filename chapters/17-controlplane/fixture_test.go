package controlplane_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/embedetcd"
)

// cluster is a server over an etcd of its own.
type cluster struct {
	etcd *clientv3.Client
	url  string
}

// newCluster starts a server with the whole table of resources. Each function changes its configuration.
func newCluster(t *testing.T, changes ...func(*controlplane.Config)) *cluster {
	t.Helper()
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := etcd.Close(); err != nil {
			t.Error(err)
		}
	})
	config := controlplane.Config{Etcd: etcd.Client()}
	for _, change := range changes {
		change(&config)
	}
	api, err := controlplane.New(config)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- api.Run(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return &cluster{etcd.Client(), "http://" + listener.Addr().String()}
}

// open sends a request. The caller closes the response's body.
func (c *cluster) open(t *testing.T, method, path, body string, header ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// ask returns the status code and the text of the response.
func (c *cluster) ask(t *testing.T, method, path, body string, header ...string) (int, string) {
	t.Helper()
	answer := c.open(t, method, path, body, header...)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// want fails unless the response has the code and the words.
func want(t *testing.T, what string, code int, text string, wantCode int, words ...string) {
	t.Helper()
	if code != wantCode {
		t.Errorf("%s: %d, want %d\n%s", what, code, wantCode, text)
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%s: no %q in\n%s", what, word, text)
		}
	}
}
