package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	gnostic3 "github.com/google/gnostic-models/openapiv3"
	"google.golang.org/protobuf/proto"
	"k8s.io/kube-openapi/pkg/handler3"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

func testService(t *testing.T) *Service {
	t.Helper()
	api, err := demoAPI()
	if err != nil {
		t.Fatal(err)
	}
	return NewService(func() *Builder { return api })
}

func ask(handle http.HandlerFunc, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handle(w, r)
	return w
}

const mediaV3 = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf"

func TestDocumentsAreServed(t *testing.T) {
	t.Parallel()
	s := testService(t)
	for _, row := range []struct {
		what, target, accept string
		handle               http.HandlerFunc
		code                 int
		contentType          string
	}{
		{"the index", "/openapi/v3", "", s.HandleDiscovery, 200, "text/plain; charset=utf-8"},
		{"a document", "/openapi/v3/api/v1", "", s.HandleGroupVersion, 200, "application/json"},
		{"as protobuf", "/openapi/v3/api/v1", mediaV3, s.HandleGroupVersion, 200, mediaV3},
		{"as protobuf by its old name", "/openapi/v3/api/v1", strings.Replace(mediaV3, ".v1.0", "@v1.0", 1), s.HandleGroupVersion, 200, mediaV3},
		{"as nothing that is served", "/openapi/v3/api/v1", "image/png", s.HandleGroupVersion, 406, ""},
		{"a group that is not there", "/openapi/v3/apis/nosuch/v1", "", s.HandleGroupVersion, 404, ""},
		{"an old hash leads to the new one", "/openapi/v3/api/v1?hash=00", "", s.HandleGroupVersion, 301, "application/json"},
		{"version 2", "/openapi/v2", "", s.HandleV2, 200, "application/json"},
		{"version 2 as protobuf", "/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", s.HandleV2, 200, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"},
	} {
		w := ask(row.handle, row.target, "Accept", row.accept)
		if w.Code != row.code || w.Header().Get("Content-Type") != row.contentType {
			t.Errorf("%s: %d %v", row.what, w.Code, w.Header())
		}
	}
}

func TestAClientThatHasTheDocumentGetsItNoMore(t *testing.T) {
	t.Parallel()
	s := testService(t)
	var index handler3.OpenAPIV3Discovery
	if err := json.Unmarshal(ask(s.HandleDiscovery, "/openapi/v3").Body.Bytes(), &index); err != nil {
		t.Fatal(err)
	}
	address := index.Paths["api/v1"].ServerRelativeURL
	first := ask(s.HandleGroupVersion, address)
	if first.Code != 200 || first.Header().Get("Cache-Control") != "public, immutable" {
		t.Fatalf("%s: %d %v", address, first.Code, first.Header())
	}
	again := ask(s.HandleGroupVersion, address, "If-None-Match", first.Header().Get("Etag"))
	if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("%d, %d bytes", again.Code, again.Body.Len())
	}
}

func TestTheProtobufIsTheSameDocument(t *testing.T) {
	t.Parallel()
	s := testService(t)
	var document gnostic3.Document
	if err := proto.Unmarshal(ask(s.HandleGroupVersion, "/openapi/v3/api/v1", "Accept", mediaV3).Body.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	if document.Info.Title != "demo" || len(document.Components.Schemas.AdditionalProperties) < 100 {
		t.Errorf("%s, %d schemas", document.Info, len(document.Components.Schemas.AdditionalProperties))
	}
}

func TestTwoServersAgreeOnTheHash(t *testing.T) {
	t.Parallel()
	a, b := ask(testService(t).HandleDiscovery, "/openapi/v3"), ask(testService(t).HandleDiscovery, "/openapi/v3")
	if !bytes.Equal(a.Body.Bytes(), b.Body.Bytes()) {
		t.Errorf("%s\n%s", a.Body, b.Body)
	}
}

func TestWhatCannotBeDescribedIsAnError(t *testing.T) {
	t.Parallel()
	api, err := demoAPI()
	if err != nil {
		t.Fatal(err)
	}
	api.SchemaOf = func(reflect.Type, func(reflect.Type) spec.Schema) (spec.Schema, error) {
		return spec.Schema{}, errors.New("a chan in the API")
	}
	s := NewService(func() *Builder { return api })
	for target, handle := range map[string]http.HandlerFunc{
		"/openapi/v2": s.HandleV2, "/openapi/v3/api/v1": s.HandleGroupVersion, "/openapi/v3": s.HandleDiscovery,
	} {
		if w := ask(handle, target); w.Code < 500 || !strings.Contains(w.Body.String(), "a chan in the API") {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}

func TestManyClientsWaitForOneDocument(t *testing.T) {
	t.Parallel()
	var m documentBuilds
	var atWork, made atomic.Int32
	d := m.newDocument(func() ([]byte, error) {
		if atWork.Add(1) > 1 {
			t.Error("two documents are made at once")
		}
		defer atWork.Add(-1)
		made.Add(1)
		return []byte("{}"), nil
	}, nil)
	other := m.newDocument(func() ([]byte, error) {
		if atWork.Add(1) > 1 {
			t.Error("two documents are made at once")
		}
		defer atWork.Add(-1)
		return []byte("{}"), nil
	}, nil)
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() { _, _ = d.json() })
		clients.Go(func() { _, _ = other.json() })
	}
	clients.Wait()
	if made.Load() != 1 {
		t.Errorf("it was made %d times", made.Load())
	}
}

func BenchmarkFirstDocument(b *testing.B) {
	for b.Loop() {
		api, err := demoAPI()
		if err != nil {
			b.Fatal(err)
		}
		ask(NewService(func() *Builder { return api }).HandleGroupVersion, "/openapi/v3/api/v1")
	}
}

func BenchmarkKeptDocument(b *testing.B) {
	api, err := demoAPI()
	if err != nil {
		b.Fatal(err)
	}
	s := NewService(func() *Builder { return api })
	for b.Loop() {
		ask(s.HandleGroupVersion, "/openapi/v3/api/v1", "Accept-Encoding", "gzip")
	}
}
