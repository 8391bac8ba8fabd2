package controlplane

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
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

// BenchmarkDescribingTheAPI asks a new server for the index, for which all documents of version 3 are made, and then
// for version 2. CPU-ms is the time of all threads, MB-made all that was allocated, MB-kept what of it stays.
func BenchmarkDescribingTheAPI(b *testing.B) {
	etcd := newEtcd(b)
	var cost usage
	for b.Loop() {
		b.StopTimer()
		api, err := New(Config{Etcd: etcd, Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}})
		if err != nil {
			b.Fatal(err)
		}
		before := used()
		b.StartTimer()
		for _, path := range []string{"/openapi/v3", "/openapi/v2"} {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
			r.Header.Set("Accept-Encoding", "gzip")
			w := httptest.NewRecorder()
			if api.ServeHTTP(w, r); w.Code != http.StatusOK {
				b.Fatal(w.Body)
			}
		}
		b.StopTimer()
		after := used()
		cost.cpu += after.cpu - before.cpu
		cost.made += after.made - before.made
		cost.kept += after.kept - before.kept
		runtime.KeepAlive(api)
		b.StartTimer()
	}
	b.ReportMetric(cost.cpu/float64(b.N), "CPU-ms")
	b.ReportMetric(cost.made/float64(b.N), "MB-made")
	b.ReportMetric(cost.kept/float64(b.N), "MB-kept")
}

type usage struct{ cpu, made, kept float64 } // ms, MB, MB

func used() usage {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	var process syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &process) // fails only for a bad argument
	return usage{
		cpu:  float64(process.Utime.Nano()+process.Stime.Nano()) / 1e6,
		made: float64(memory.TotalAlloc) / 1e6,
		kept: float64(memory.HeapAlloc) / 1e6,
	}
}
