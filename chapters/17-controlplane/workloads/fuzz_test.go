package workloads_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/chapters/17-controlplane/workloads"
	"kubepath/internal/embedetcd"
)

// collections are the paths below which this package's kinds are created.
func collections() []string {
	var paths []string
	for _, g := range workloads.Groups() {
		for _, r := range g.Resources {
			paths = append(paths, "/apis/"+g.GroupVersion.String()+"/namespaces/default/"+r.Name)
		}
	}
	return paths
}

// newAPI is the whole server over an etcd of its own.
func newAPI(f *testing.F) http.Handler {
	etcd, err := embedetcd.Start(context.Background(), embedetcd.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := etcd.Close(); err != nil {
			f.Error(err)
		}
	})
	api, err := controlplane.New(controlplane.Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: etcd.Client()})
	if err != nil {
		f.Fatal(err)
	}
	return api
}

// FuzzWrite creates an object of each kind from any body, changes it by any merge patch, directly and through its
// status, and reads it back: clients may get it wrong, the server may not.
func FuzzWrite(f *testing.F) {
	api := newAPI(f)
	f.Fuzz(func(t *testing.T, body, patch string) {
		for _, path := range collections() {
			w := send(t, api, http.MethodPost, path, "application/json", body)
			if w.Code != http.StatusCreated {
				continue
			}
			item := path + "/" + url.PathEscape(nameIn(t, w))
			send(t, api, http.MethodPatch, item, "application/merge-patch+json", patch)
			send(t, api, http.MethodPatch, item+"/status", "application/merge-patch+json", patch)
			if w := send(t, api, http.MethodGet, item, "", ""); w.Code != http.StatusOK {
				t.Errorf("GET %s: %d %s", item, w.Code, w.Body)
			}
			table(t, api, item)
			send(t, api, http.MethodDelete, item+"?propagationPolicy=Background", "application/json", "")
		}
	})
}

// send fails the test for an answer that blames the server.
func send(t *testing.T, api http.Handler, method, path, media, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	if w.Code >= http.StatusInternalServerError {
		t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w
}

func table(t *testing.T, api http.Handler, item string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, item, nil)
	r.Header.Set("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("table of %s: %d %s", item, w.Code, w.Body)
	}
}

func nameIn(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var object struct{ Metadata struct{ Name string } }
	if err := json.Unmarshal(w.Body.Bytes(), &object); err != nil {
		t.Fatal(err)
	}
	return object.Metadata.Name
}
