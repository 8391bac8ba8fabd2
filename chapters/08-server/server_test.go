package server

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	rest "kubepath/chapters/04-rest"
)

func newServer(t testing.TB, c Config) *GenericAPIServer {
	t.Helper()
	if c.ErrorLog == nil {
		c.ErrorLog = slog.New(slog.DiscardHandler)
	}
	if c.Verbs == nil {
		c.Verbs = append(rest.Verbs(), watchRows()...)
	}
	s, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask serves one request without a network.
func ask(s *GenericAPIServer, method, path string) *http.Response {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Result()
}

func body(r *http.Response) string {
	data, _ := io.ReadAll(r.Body)
	return string(data)
}

// askWith serves a GET with headers.
func askWith(s *GenericAPIServer, path string, header http.Header) *http.Response {
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)
	r.Header = header
	s.ServeHTTP(w, r)
	return w.Result()
}
