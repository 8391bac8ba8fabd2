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

// Config is the configuration of the documents.
type Config struct {
	Title   string
	Version apiversion.Info
	Scheme  *runtime.Scheme // has the served kinds
	// SchemaOf makes the schemas of Go types; nil: the function SchemaOf.
	SchemaOf SchemaFunc
}

// Install adds the OpenAPI paths to a server. The documents have all routes that are installed before the first
// request. Upstream: GenericAPIServer.PrepareRun.
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

// Service serves the documents of an API. Each is made for its first request. The index has the hashes of all
// documents, so a request for it makes all. Upstream: handler3.OpenAPIService and handler.OpenAPIService.
type Service struct {
	builder func() *Builder
	builds  documentBuilds

	once        sync.Once
	v3Index     *document            // of version 3
	v3Documents map[string]*document // of version 3, by the path of a web service without its slash: apis/apps/v1
	v2Document  *document            // version 2
}

// NewService returns the service. It calls builder at the first request; the API must be complete then.
func NewService(builder func() *Builder) *Service { return &Service{builder: builder} }

// prepare creates the documents, without making their texts.
func (s *Service) prepare() {
	s.once.Do(func() {
		builder := s.builder()
		s.v3Documents = map[string]*document{}
		for _, ws := range builder.WebServices {
			part := func() ([]byte, error) { return marshal(builder.v3(ws)) }
			s.v3Documents[strings.Trim(ws.RootPath(), "/")] = s.builds.newDocument(part, handler3.ToV3ProtoBinary)
		}
		whole := func() ([]byte, error) { return marshal(builder.v2()) }
		s.v2Document = s.builds.newDocument(whole, toV2Proto)
		s.v3Index = &document{lastModified: time.Now(), json: sync.OnceValues(s.writeIndex)}
	})
}

// marshal encodes JSON as upstream does, with \u003c instead of <, because the hash depends on it.
func marshal(document any, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return json.Marshal(document)
}

// toV2Proto converts a document's JSON to protobuf. Upstream: handler.ToProtoBinary.
func toV2Proto(json []byte) ([]byte, error) {
	document, err := gnostic.ParseDocument(json)
	if err != nil {
		return nil, err
	}
	return proto.Marshal(document)
}

// writeIndex makes the list of the documents of version 3 with their hashes, so that a client requests only documents
// that have changed.
func (s *Service) writeIndex() (t encodedDocument, err error) {
	index := handler3.OpenAPIV3Discovery{Paths: map[string]handler3.OpenAPIV3DiscoveryGroupVersion{}}
	s.builds.run(func() {
		for name, d := range s.v3Documents {
			part, fault := d.json()
			err = cmp.Or(err, fault)
			index.Paths[name] = handler3.OpenAPIV3DiscoveryGroupVersion{ServerRelativeURL: documentURL(name, part.etag)}
		}
	})
	if err != nil {
		return encodedDocument{}, err
	}
	body, err := json.Marshal(index)
	return newEncodedDocument(body), err
}

// documentURL returns the URL of a document with its hash, under which the document never changes.
func documentURL(name, etag string) string {
	u := url.URL{Path: rootV3 + "/" + name, RawQuery: url.Values{"hash": {etag}}.Encode()}
	return u.String()
}

// HandleDiscovery serves /openapi/v3. As in kube-apiserver, it sets no Content-Type, so net/http detects text/plain,
// and there is no ETag.
func (s *Service) HandleDiscovery(w http.ResponseWriter, r *http.Request) {
	s.prepare()
	made, err := s.v3Index.json()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.v3Index.write(w, r, made, false)
}

// HandleV2 serves /openapi/v2, compressed if the client accepts that.
func (s *Service) HandleV2(w http.ResponseWriter, r *http.Request) {
	s.prepare()
	w.Header().Add("Vary", "Accept-Encoding")
	if made, ok := s.negotiate(w, r, s.v2Document, "v2"); ok {
		s.v2Document.write(w, r, made, acceptsGzip(r.Header))
	}
}

// HandleGroupVersion serves the paths below /openapi/v3/. With the current hash in the query, the response may be
// cached forever; with another hash, it is a redirect to the current one.
func (s *Service) HandleGroupVersion(w http.ResponseWriter, r *http.Request) {
	s.prepare()
	name := strings.TrimPrefix(r.URL.Path, rootV3+"/")
	d := s.v3Documents[name]
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
			http.Redirect(w, r, documentURL(name, made.etag), http.StatusMovedPermanently)
			return
		}
		w.Header().Set("Cache-Control", "public, immutable")
		w.Header().Set("Expires", time.Now().AddDate(1, 0, 0).Format(time.RFC1123))
	}
	d.write(w, r, made, false)
}

// negotiate returns d in the media type that the client accepts, and sets its headers; it answers 406 if there is none.
func (s *Service) negotiate(w http.ResponseWriter, r *http.Request, d *document, version string) (encodedDocument, bool) {
	w.Header().Add("Vary", "Accept")
	form, ok := negotiateMediaType(documentMediaTypes(version), r.Header.Get("Accept"))
	if !ok {
		w.WriteHeader(http.StatusNotAcceptable)
		return encodedDocument{}, false
	}
	made, err := form.of(d)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return encodedDocument{}, false
	}
	w.Header().Set("Content-Type", form.returned)
	w.Header().Set("Etag", strconv.Quote(made.etag))
	return made, true
}
