package openapi

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/emicklei/go-restful/v3"
	gnostic "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	"k8s.io/kube-openapi/pkg/handler3"
)

// Service serves the documents of an API. Each is made when it is first asked for; the index has the hashes of all, and
// so makes all. Upstream: handler3.OpenAPIService and handler.OpenAPIService.
type Service struct {
	api func() *API

	once  sync.Once
	index *document            // of version 3
	parts map[string]*document // of version 3, by the path of a web service without its slash: apis/apps/v1
	whole *document            // version 2
}

// NewService returns the service for an API that is complete when the first request comes.
func NewService(api func() *API) *Service { return &Service{api: api} }

// prepare finds out which documents there are.
func (s *Service) prepare() {
	s.once.Do(func() {
		api := s.api()
		shared := &sharedDefinitions{api: api, users: len(api.WebServices)}
		s.parts = map[string]*document{}
		for _, ws := range api.WebServices {
			s.parts[strings.Trim(ws.RootPath(), "/")] = newDocument(shared.json(ws), handler3.ToV3ProtoBinary)
		}
		s.index = newDocument(s.writeIndex, nil)
		s.whole = newDocument(func() ([]byte, error) {
			document, err := api.v2()
			if err != nil {
				return nil, err
			}
			return document.MarshalJSON()
		}, toV2Proto)
	})
}

// toV2Proto makes protobuf of a document's JSON. Upstream: handler.ToProtoBinary.
func toV2Proto(json []byte) ([]byte, error) {
	document, err := gnostic.ParseDocument(json)
	if err != nil {
		return nil, err
	}
	return proto.Marshal(document)
}

// sharedDefinitions are made for the first document of version 3 and dropped after the last.
type sharedDefinitions struct {
	api *API

	mu    sync.Mutex
	made  *definitions
	users int // documents that are not made yet
}

// json returns the function that makes the JSON of a web service's document.
func (s *sharedDefinitions) json(ws *restful.WebService) func() ([]byte, error) {
	return func() ([]byte, error) {
		s.mu.Lock() // the builder changes definitions
		defer s.mu.Unlock()
		if s.made == nil {
			s.made = s.api.newDefinitions(v3)
		}
		document, err := s.api.v3(ws, s.made)
		if s.users--; s.users == 0 {
			s.made = nil
		}
		if err != nil {
			return nil, err
		}
		return json.Marshal(document)
	}
}

// writeIndex lists the documents of version 3 with their hashes, so that a client asks only for what is new to it.
func (s *Service) writeIndex() ([]byte, error) {
	index := handler3.OpenAPIV3Discovery{Paths: map[string]handler3.OpenAPIV3DiscoveryGroupVersion{}}
	for name, d := range s.parts {
		made, err := d.json()
		if err != nil {
			return nil, err
		}
		index.Paths[name] = handler3.OpenAPIV3DiscoveryGroupVersion{ServerRelativeURL: address(name, made.etag)}
	}
	return json.Marshal(index)
}

// address is the URL of a document that never changes.
func address(name, etag string) string {
	u := url.URL{Path: rootV3 + "/" + name, RawQuery: url.Values{"hash": {etag}}.Encode()}
	return u.String()
}

// ServeIndex answers at /openapi/v3. Its type is what kube-apiserver's aggregator calls it, though it is JSON.
func (s *Service) ServeIndex(w http.ResponseWriter, r *http.Request) {
	s.prepare()
	made, err := s.index.json()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	s.index.write(w, r, made)
}

// ServeV2 answers at /openapi/v2.
func (s *Service) ServeV2(w http.ResponseWriter, r *http.Request) {
	s.prepare()
	s.serve(w, r, s.whole, "v2")
}

// ServeV3 answers below /openapi/v3/. A client that names the hash of the document may keep it for ever; one that names
// another is sent to the right one.
func (s *Service) ServeV3(w http.ResponseWriter, r *http.Request) {
	s.prepare()
	name := strings.TrimPrefix(r.URL.Path, rootV3+"/")
	d := s.parts[name]
	if d == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	hash := r.URL.Query().Get("hash")
	if hash != "" {
		made, err := d.json()
		if err == nil && hash != made.etag {
			http.Redirect(w, r, address(name, made.etag), http.StatusMovedPermanently)
			return
		}
		w.Header().Set("Cache-Control", "public, immutable")
		w.Header().Set("Expires", time.Now().AddDate(1, 0, 0).Format(time.RFC1123))
	}
	s.serve(w, r, d, "v3")
}

// serve answers in the form that the client wants; 406 if there is none.
func (s *Service) serve(w http.ResponseWriter, r *http.Request, d *document, version string) {
	w.Header().Add("Vary", "Accept")
	form, ok := choose(forms(version), r.Header.Get("Accept"))
	if !ok {
		w.WriteHeader(http.StatusNotAcceptable)
		return
	}
	made, err := form.of(d)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", form.returned)
	d.write(w, r, made)
}
