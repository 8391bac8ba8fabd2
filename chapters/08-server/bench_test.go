package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// nullWriter costs nothing, so that what is measured is the chain.
type nullWriter struct{ header http.Header }

func (w *nullWriter) Header() http.Header            { return w.header }
func (w *nullWriter) Write(data []byte) (int, error) { return len(data), nil }
func (w *nullWriter) WriteHeader(int)                {}

// BenchmarkChain is a handler that does next to nothing behind the full chain, without net/http around it.
func BenchmarkChain(b *testing.B) {
	s := newServer(b, Config{})
	empty := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = jsonType
		w.WriteHeader(200)
	})
	for _, row := range []struct {
		name    string
		handler http.Handler
	}{
		{"bare", empty},
		{"chain", chain(empty, s.HandlerChain())},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := &http.Request{Method: "GET", Header: http.Header{"Accept": jsonType}, URL: podURL, RequestURI: podURL.Path}
				row.handler.ServeHTTP(&nullWriter{header: http.Header{}}, r)
			}
		})
	}
}

// BenchmarkGet reads a configmap from a store in memory, with and without the chain before it.
func BenchmarkGet(b *testing.B) {
	s := newServer(b, Config{})
	web := serve(b, s)
	const path = "/api/v1/namespaces/default/configmaps"
	made, err := http.Post(web.URL+path, "application/json", strings.NewReader(`{"metadata":{"name":"a"},"data":{"k":"v"}}`))
	if err != nil || made.StatusCode != http.StatusCreated {
		b.Fatal(made, err)
	}
	made.Body.Close()
	url := httptest.NewRequest("GET", path+"/a", nil).URL
	for _, row := range []struct {
		name    string
		handler http.Handler
	}{
		{"handler", s.withRequestInfo(s.director)},
		{"server", s},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := &http.Request{Method: "GET", Header: http.Header{"Accept": jsonType}, URL: url, RequestURI: url.Path}
				row.handler.ServeHTTP(&nullWriter{header: http.Header{}}, r)
			}
		})
	}
}

var (
	podURL   = httptest.NewRequest("GET", "/api/v1/namespaces/default/pods/nginx", nil).URL
	jsonType = []string{"application/json"}
)
