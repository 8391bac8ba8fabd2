package controlplane_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	server "kubepath/chapters/08-server"
)

// fetchURL names what the process that is the client gets: URL and how often.
const fetchURL, fetchTimes = "KUBEPATH_FETCH_URL", "KUBEPATH_FETCH_TIMES"

// TestFetch is the client's process: it gets an answer again and again and throws it away.
func TestFetch(t *testing.T) {
	url := os.Getenv(fetchURL)
	if url == "" {
		t.Skip("only for the benchmarks")
	}
	times, err := strconv.Atoi(os.Getenv(fetchTimes))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true, DisableCompression: true,
	}}
	for range times {
		answer, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			t.Fatal(err, answer.Status)
		}
		answer.Body.Close()
	}
}

// fetch has another process get a URL, and reports what that costs this one.
func fetch(b *testing.B, url string) {
	b.Helper()
	run := func(times int) {
		c := exec.Command(os.Args[0], "-test.run=^TestFetch$")
		c.Env = append(os.Environ(), fetchURL+"="+url, fetchTimes+"="+strconv.Itoa(times))
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	run(1)
	b.ResetTimer()
	before := used()
	run(b.N)
	b.ReportMetric(float64(used()-before)/float64(b.N)/1e6, "cpu-ms/op")
}

// used is this process's CPU time.
func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// overTLS serves a handler as the API server does.
func overTLS(b *testing.B, h http.Handler) (url string) {
	b.Helper()
	listener, _, err := server.SecureServingOptions{BindAddress: "127.0.0.1", AlternateNames: []string{"127.0.0.1"}}.Listen()
	if err != nil {
		b.Fatal(err)
	}
	return "https://" + serveOn(b, listener, h)
}

// overTCP serves a handler over HTTP/1.1, so that little but the handler costs anything.
func overTCP(b *testing.B, h http.Handler) (url string) {
	b.Helper()
	listener, err := server.ListenLoopback(0)
	if err != nil {
		b.Fatal(err)
	}
	return "http://" + serveOn(b, listener, h)
}

func serveOn(b *testing.B, listener net.Listener, h http.Handler) (address string) {
	web := &http.Server{Handler: h, HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 100, MaxReceiveBufferPerStream: 256 << 10}}
	go web.Serve(listener) //nolint:errcheck // ends with the benchmark
	b.Cleanup(func() { web.Shutdown(context.Background()) })
	return listener.Addr().String()
}

// anew hands out objects that do not keep their bytes.
type anew struct{ storage.Interface }

func (a anew) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	err := a.Interface.GetList(ctx, key, opts, out)
	for i, item := range out.Items {
		out.Items[i] = kinds.Unwrap(item)
	}
	return err
}

// BenchmarkTenThousandPods is a list of 10,000 pods that another process gets, over HTTP/2 with TLS and over HTTP/1.1: from the cache, with each pod
// encoded anew, and from a server that has the same bytes in one piece. cpu-ms/op is what it costs the server's process.
func BenchmarkTenThousandPods(b *testing.B) {
	const path = "/api/v1/namespaces/default/pods"
	m := newMachine(b, "")
	storePods(b, m.etcd.Client(), tenThousand)
	m.startAPI()
	kept := m.api
	m.wrap = func(s storage.Interface) storage.Interface { return anew{s} }
	m.startAPI() // a second one, over the same etcd
	for _, api := range []http.Handler{kept, m.api} {
		for range 2 { // fills the cache, and has each pod encoded
			api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil))
		}
	}
	whole := httptest.NewRecorder()
	kept.ServeHTTP(whole, httptest.NewRequestWithContext(b.Context(), http.MethodGet, path+"?resourceVersion=0", nil))
	bytes := whole.Body.Bytes()
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(bytes) //nolint:errcheck // the client may go
	})
	rows := []struct {
		name  string
		by    http.Handler
		query string
	}{
		{"bare", bare, ""},
		{"cache-version-0", kept, "?resourceVersion=0"},
		{"cache-consistent", kept, ""},
		{"encoded-anew", m.api, "?resourceVersion=0"},
		{"by-label-1-percent", kept, "?resourceVersion=0&labelSelector=app%3Dapp-7"},
		{"by-node-1-of-500", kept, "?resourceVersion=0&fieldSelector=spec.nodeName%3Dnode-7"},
	}
	for name, over := range map[string]func(*testing.B, http.Handler) string{"h2-tls": overTLS, "h1": overTCP} {
		for _, row := range rows {
			b.Run(name+"/"+row.name, func(b *testing.B) { fetch(b, over(b, row.by)+path+row.query) })
		}
	}
	b.Logf("%s", fmt.Sprint(len(bytes), " bytes"))
}
