package server

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// nullWriter costs nothing, so that what is measured is the chain.
type nullWriter struct{ header http.Header }

func (w *nullWriter) Header() http.Header            { return w.header }
func (w *nullWriter) Write(data []byte) (int, error) { return len(data), nil }
func (w *nullWriter) WriteHeader(int)                {}

// BenchmarkChain is an empty handler behind the full chain, without net/http around it.
func BenchmarkChain(b *testing.B) {
	s, err := Config{}.New()
	if err != nil {
		b.Fatal(err)
	}
	empty := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200) })
	for _, row := range []struct {
		name    string
		handler http.Handler
	}{
		{"bare", empty},
		{"chain", chain(empty, s.Chain())},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := &http.Request{Method: "GET", Header: http.Header{}, URL: podURL, RequestURI: podURL.Path}
				row.handler.ServeHTTP(&nullWriter{header: http.Header{}}, r)
			}
		})
	}
}

var podURL = httptest.NewRequest("GET", "/api/v1/namespaces/default/pods/nginx", nil).URL
