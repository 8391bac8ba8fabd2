package request

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// standIn is a small server for the demo: it listens on a port of this machine and has three handlers.
type standIn struct {
	listener net.Listener
	server   *http.Server
	client   *http.Transport
	wire     *wire
	asked    atomic.Int32 // the number of requests for /busy
}

func startStandIn() (*standIn, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &standIn{listener: listener, wire: &wire{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/namespaces/default/configmaps", s.create)
	mux.HandleFunc("GET /api/v1/namespaces/default/configmaps/gone", s.gone)
	mux.HandleFunc("GET /busy", s.busy)
	s.server = &http.Server{Handler: mux}
	s.client = &http.Transport{DisableCompression: true, DialContext: s.dial}
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

func (s *standIn) stop() {
	s.client.CloseIdleConnections()
	_ = s.server.Close()
}

// transport connects to the stand-in for any host name, and records the bytes of the connection.
func (s *standIn) transport() http.RoundTripper { return s.client }

func (s *standIn) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.listener.Addr().String())
	if err != nil {
		return nil, err
	}
	return tapped{conn, s.wire}, nil
}

// create returns the object with a resourceVersion added.
func (s *standIn) create(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	reply(w, http.StatusCreated, strings.Replace(string(body), `"name":"paint"`, `"name":"paint","resourceVersion":"7"`, 1))
}

func (s *standIn) gone(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusNotFound, `{"kind":"Status","apiVersion":"v1","status":"Failure",`+
		`"message":"configmaps \"gone\" not found","reason":"NotFound","code":404}`)
}

// busy refuses the first request.
func (s *standIn) busy(w http.ResponseWriter, _ *http.Request) {
	if s.asked.Add(1) == 1 {
		w.Header().Set("Retry-After", "1")
		reply(w, http.StatusTooManyRequests, "")
		return
	}
	reply(w, http.StatusOK, "ok")
}

func reply(w http.ResponseWriter, code int, body string) {
	w.Header()["Date"] = nil // so that the demo shows the same bytes each time
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, body)
}

// wire records the bytes of a connection.
type wire struct {
	mu  sync.Mutex
	log strings.Builder
}

func (w *wire) add(mark string, data []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for line := range strings.Lines(strings.TrimRight(string(data), "\r\n")) {
		for _, piece := range fold(strings.TrimRight(line, "\r\n"), 72) {
			fmt.Fprintf(&w.log, "%s %s\n", mark, piece)
		}
	}
}

// take returns what was recorded since the last take.
func (w *wire) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.log.Reset()
	return w.log.String()
}

// fold breaks a line into pieces of at most width bytes.
func fold(line string, width int) []string {
	var pieces []string
	for len(line) > width {
		pieces, line = append(pieces, line[:width]), line[width:]
	}
	return append(pieces, line)
}

// tapped is a connection that records its bytes in a wire.
type tapped struct {
	net.Conn
	wire *wire
}

func (t tapped) Write(p []byte) (int, error) {
	t.wire.add(">", p)
	return t.Conn.Write(p)
}

func (t tapped) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	if n > 0 {
		t.wire.add("<", p[:n])
	}
	return n, err
}
