package controlplane

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	apiversion "k8s.io/apimachinery/pkg/version"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
)

// pathAnswers are answers of kube-apiserver v1.36.3 at paths that are not a resource's, one JSON object a line: every
// method, and what clients put into Accept and Accept-Encoding. Values that differ from server to server are TAG and T,
// and GOOD for a hash; a body is there where it is an error, or ok.
//
//go:embed testdata/paths.jsonl
var pathAnswers string

// pathAnswer is a line of them.
type pathAnswer struct {
	Method, Path string
	Header       map[string]string // of the request
	Status       int
	Answer       map[string]string // headers
	Body         string
}

var (
	hashes      = regexp.MustCompile(`hash=[0-9A-F]{20,}`)
	pathHeaders = []string{"Content-Type", "Vary", "Etag", "Cache-Control", "Content-Encoding", "Location", "Accept-Ranges", "X-Content-Type-Options", "Expires", "Last-Modified"}
	someValue   = map[string]string{"etag": "TAG", "expires": "T", "last-modified": "T"}
)

func TestPathsBesideTheResourcesAnswerAsKubeAPIServerDoes(t *testing.T) {
	t.Parallel()
	api, err := New(Config{Etcd: newEtcd(t), Server: server.Config{
		Codecs: kinds.NewCodecs(kinds.NewScheme()), Version: apiversion.Info{Major: "1", Minor: "36"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(pathAnswers) {
		var want pathAnswer
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), want.Method, "/", nil)
		if r.URL.Path, r.URL.RawQuery, _ = strings.Cut(want.Path, "?"); strings.Contains(want.Path, "%") {
			continue // read by net/http, before any of this
		}
		r.RequestURI = want.Path
		for name, value := range want.Header {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != want.Status {
			t.Errorf("%s %s %v: %d, want %d", want.Method, want.Path, want.Header, w.Code, want.Status)
			continue
		}
		for _, name := range pathHeaders {
			key := strings.ToLower(name)
			got := hashes.ReplaceAllString(strings.Join(slices.Sorted(slices.Values(w.Header().Values(name))), ", "), "hash=GOOD")
			if value, ok := someValue[key]; ok && got != "" {
				got = value
			}
			if got != want.Answer[key] {
				t.Errorf("%s %s %v: %s is %q, want %q", want.Method, want.Path, want.Header, name, got, want.Answer[key])
			}
		}
		if want.Body != "" && want.Method != http.MethodHead && w.Body.String() != want.Body {
			t.Errorf("%s %s %v: %q, want %q", want.Method, want.Path, want.Header, w.Body, want.Body)
		}
	}
}
