package controlplane

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
)

const configMaps = "/api/v1/namespaces/default/configmaps"

// watched is a server with its watch cache on a listener of its own, which can be ended.
type watched struct {
	t      *testing.T
	url    string
	client *http.Client
	end    func() error // stops the server, once, and waits for it
}

func serveWatched(t *testing.T, etcd *clientv3.Client, codecs *kinds.Codecs) *watched {
	t.Helper()
	api, err := New(Config{Server: server.Config{Codecs: codecs}, Etcd: etcd, WatchCache: &WatchCache{Size: 2500}}) // more than any test writes
	if err != nil {
		t.Fatal(err)
	}
	listener, err := server.ListenLoopback(0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- api.Run(ctx, listener) }()
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	w := &watched{t: t, url: "http://" + listener.Addr().String(), client: &http.Client{Transport: transport}}
	w.end = func() error {
		stop()
		err := <-ended
		ended <- nil
		transport.CloseIdleConnections()
		return err
	}
	t.Cleanup(func() { w.end() })
	return w
}

// write makes a ConfigMap of about so many bytes and returns its version. The answer is YAML, which no watch is written in.
func (w *watched) write(name string, size int) (uint64, error) {
	body := fmt.Sprintf(`{"metadata":{"name":%q},"data":{"k":%q}}`, name, strings.Repeat("x", size))
	r, err := http.NewRequest(http.MethodPost, w.url+configMaps, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/yaml")
	answer, err := w.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusCreated {
		return 0, fmt.Errorf("%s: %s %w", answer.Status, text, err)
	}
	return versionIn(text, "resourceVersion: \"")
}

// versionIn reads a resource version without decoding all the rest.
func versionIn(text []byte, mark string) (uint64, error) {
	_, rest, ok := bytes.Cut(text, []byte(mark))
	digits, _, closed := bytes.Cut(rest, []byte(`"`))
	if !ok || !closed {
		return 0, fmt.Errorf("no version in %.200s", text)
	}
	return strconv.ParseUint(string(digits), 10, 64)
}

// follower is a client's watch: it remembers the versions that it has seen.
type follower struct {
	body io.ReadCloser
	*bufio.Reader
	saw []uint64
}

// follow opens a watch after a version.
func (w *watched) follow(after uint64) (*follower, error) {
	answer, err := w.client.Get(fmt.Sprintf("%s%s?watch=true&resourceVersion=%d", w.url, configMaps, after))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("watch: %s", answer.Status)
	}
	return &follower{body: answer.Body, Reader: bufio.NewReaderSize(answer.Body, 4<<10)}, nil
}

// next reads one event, which must be an ADDED.
func (f *follower) next() error {
	line, err := f.ReadBytes('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(line, []byte(`{"type":"ADDED",`)) {
		return fmt.Errorf("got %.300s, want ADDED", line)
	}
	version, err := versionIn(line, `"resourceVersion":"`)
	f.saw = append(f.saw, version)
	return err
}

// read reads so many events, or all until the end where many is less than 0. The end is clean, or an error.
func (f *follower) read(many int) error {
	defer f.body.Close()
	for ; many != 0; many-- {
		if err := f.next(); err == io.EOF && many < 0 {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// last is the version to go on from.
func (f *follower) last(otherwise uint64) uint64 {
	if len(f.saw) == 0 {
		return otherwise
	}
	return f.saw[len(f.saw)-1]
}
