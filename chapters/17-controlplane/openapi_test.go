package controlplane

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	apiversion "k8s.io/apimachinery/pkg/version"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
)

// openapiHashes are the hashes of the documents of kube-apiserver v1.36, as its index gives them: of every byte of each.
//
//go:embed testdata/openapi_hashes.txt
var openapiHashes string

// otherwise are the documents that differ, and why.
var otherwise = map[string]string{
	"api/v1":                  "log, exec, attach, portforward, proxy and token are not served; an alpha field of v1.36 is another in v1.37",
	"apis/resource.k8s.io/v1": "an alpha field of v1.36 is gone in v1.37, whose Go types these are",
}

func TestTheDocumentsAreKubeAPIServersByteForByte(t *testing.T) {
	t.Parallel()
	api, err := New(Config{Etcd: newEtcd(t), Server: server.Config{
		Codecs: kinds.NewCodecs(kinds.NewScheme()), Version: apiversion.Info{Major: "1", Minor: "36"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi/v3", nil))
	var index struct {
		Paths map[string]struct{ ServerRelativeURL string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &index); err != nil {
		t.Fatalf("%s: %v", w.Body, err)
	}
	same := 0
	for line := range strings.Lines(openapiHashes) {
		name, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
		served, ok := index.Paths[name]
		if !ok {
			continue // a group of a later chapter
		}
		_, ours, _ := strings.Cut(served.ServerRelativeURL, "?hash=")
		switch why := otherwise[name]; {
		case ours == hash:
			same++
			if why != "" {
				t.Errorf("%s is kube-apiserver's now: strike it from the list", name)
			}
		case why == "":
			t.Errorf("%s has the hash %s, kube-apiserver's has %s", name, ours, hash)
		}
	}
	if same < 35 {
		t.Errorf("%d documents are the same", same)
	}
}
