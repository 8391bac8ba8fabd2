package openapi

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	gnostic "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/runtime"
	apiversion "k8s.io/apimachinery/pkg/version"
	"k8s.io/kube-openapi/pkg/handler3"

	server "kubepath/chapters/08-server"
)

const (
	rootV2 = "/openapi/v2"
	rootV3 = "/openapi/v3"
)

// Config is what is said about an API as a whole.
type Config struct {
	Title   string
	Version apiversion.Info
	Scheme  *runtime.Scheme // of the kinds that are served
	// SchemaOf reads Go types; nil: the function SchemaOf.
	SchemaOf SchemaFunc
}

// Install has a server serve the documents of all that is installed when the first of them is asked for.
// Upstream: GenericAPIServer.PrepareRun.
func Install(s *server.GenericAPIServer, c Config) *Service {
	service := NewService(func() *Builder {
		number := "unversioned"
		if c.Version.Major != "" {
			number = c.Version.Major + "." + c.Version.Minor
		}
		return &Builder{
			Title: c.Title, Version: number, Scheme: c.Scheme, SchemaOf: c.SchemaOf,
			WebServices: s.WebServices(),
		}
	})
	s.Handle(rootV3, http.HandlerFunc(service.HandleDiscovery))
	s.HandlePrefix(rootV3+"/", http.HandlerFunc(service.HandleGroupVersion))
	s.Handle(rootV2, http.HandlerFunc(service.HandleV2))
	return service
}

// Service serves the documents of an API. Each is made when it is first asked for; the index has the hashes of all, and
// so makes all. Upstream: handler3.OpenAPIService and handler.OpenAPIService.
type Service struct {
	builder func() *Builder
	maker   maker

	once  sync.Once
	index *document            // of version 3
	parts map[string]*document // of version 3, by the path of a web service without its slash: apis/apps/v1
	whole *document            // version 2
}

// NewService returns the service for an API that is complete when the first request comes.
func NewService(builder func() *Builder) *Service { return &Service{builder: builder} }

// prepare finds out which documents there are.
func (s *Service) prepare() {
	s.once.Do(func() {
		builder := s.builder()
		s.parts = map[string]*document{}
		for _, ws := range builder.WebServices {
			part := func() ([]byte, error) { return marshal(builder.v3(ws)) }
			s.parts[strings.Trim(ws.RootPath(), "/")] = s.maker.newDocument(part, handler3.ToV3ProtoBinary)
		}
		whole := func() ([]byte, error) { return marshal(builder.v2()) }
		s.whole = s.maker.newDocument(whole, toV2Proto)
		s.index = &document{made: time.Now(), json: sync.OnceValues(s.writeIndex)}
	})
}

// marshal encodes as upstream does, with \u003c in place of <: the hash depends on it.
func marshal(document any, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return json.Marshal(document)
}

// toV2Proto makes protobuf of a document's JSON. Upstream: handler.ToProtoBinary.
func toV2Proto(json []byte) ([]byte, error) {
	document, err := gnostic.ParseDocument(json)
	if err != nil {
		return nil, err
	}
	return proto.Marshal(document)
}

// writeIndex lists the documents of version 3 with their hashes, so that a client asks only for what is new to it.
func (s *Service) writeIndex() (t text, err error) {
	index := handler3.OpenAPIV3Discovery{Paths: map[string]handler3.OpenAPIV3DiscoveryGroupVersion{}}
	s.maker.busy(func() {
		for name, d := range s.parts {
			part, fault := d.json()
			err = cmp.Or(err, fault)
			index.Paths[name] = handler3.OpenAPIV3DiscoveryGroupVersion{ServerRelativeURL: address(name, part.etag)}
		}
	})
	if err != nil {
		return text{}, err
	}
	body, err := json.Marshal(index)
	return newText(body), err
}

// address is the URL of a document that never changes.
func address(name, etag string) string {
	u := url.URL{Path: rootV3 + "/" + name, RawQuery: url.Values{"hash": {etag}}.Encode()}
	return u.String()
}

// HandleDiscovery answers at /openapi/v3. It names no type, and net/http takes the JSON for text, as in kube-apiserver. It has
// no ETag: hashes are those of the documents.
func (s *Service) HandleDiscovery(w http.ResponseWriter, r *http.Request) {
	s.prepare()
	made, err := s.index.json()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.index.write(w, r, made, false)
}

// HandleV2 answers at /openapi/v2, compressed if the client takes that.
func (s *Service) HandleV2(w http.ResponseWriter, r *http.Request) {
	s.prepare()
	w.Header().Add("Vary", "Accept-Encoding")
	if made, ok := s.negotiate(w, r, s.whole, "v2"); ok {
		s.whole.write(w, r, made, takesGzip(r.Header))
	}
}

// HandleGroupVersion answers below /openapi/v3/. A client that names the hash of the document may keep it for ever; one that names
// another is sent to the right one.
func (s *Service) HandleGroupVersion(w http.ResponseWriter, r *http.Request) {
	s.prepare()
	name := strings.TrimPrefix(r.URL.Path, rootV3+"/")
	d := s.parts[name]
	if d == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	made, ok := s.negotiate(w, r, d, "v3")
	if !ok {
		return
	}
	if hash := r.URL.Query().Get("hash"); hash != "" {
		if hash != made.etag {
			http.Redirect(w, r, address(name, made.etag), http.StatusMovedPermanently)
			return
		}
		w.Header().Set("Cache-Control", "public, immutable")
		w.Header().Set("Expires", time.Now().AddDate(1, 0, 0).Format(time.RFC1123))
	}
	d.write(w, r, made, false)
}

// negotiate makes the form of d that the client wants, and sets the headers that belong to it; 406 if there is none.
func (s *Service) negotiate(w http.ResponseWriter, r *http.Request, d *document, version string) (text, bool) {
	w.Header().Add("Vary", "Accept")
	form, ok := choose(forms(version), r.Header.Get("Accept"))
	if !ok {
		w.WriteHeader(http.StatusNotAcceptable)
		return text{}, false
	}
	made, err := form.of(d)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return text{}, false
	}
	w.Header().Set("Content-Type", form.returned)
	w.Header().Set("Etag", strconv.Quote(made.etag))
	return made, true
}
