package network_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/chapters/17-controlplane/network"
	"kubepath/internal/embedetcd"
)

// All tests of the package share one etcd; each run of a test has its own prefix.
var etcd *embedetcd.Server

// prefixes maps tests to prefixes: the servers of one test share one, and a second run gets another.
var prefixes struct {
	sync.Mutex
	of   map[testing.TB]string
	last int
}

func prefixOf(t testing.TB) string {
	prefixes.Lock()
	defer prefixes.Unlock()
	if prefixes.of == nil {
		prefixes.of = map[testing.TB]string{}
	}
	if prefixes.of[t] == "" {
		prefixes.last++
		prefixes.of[t] = fmt.Sprintf("/test-%d", prefixes.last)
	}
	return prefixes.of[t]
}

func TestMain(m *testing.M) {
	var err error
	if etcd, err = embedetcd.Start(context.Background(), embedetcd.Options{ListenClient: "127.0.0.1:0"}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := etcd.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// api is a server that tests call without a network.
type api struct {
	http.Handler
	etcd   *clientv3.Client
	prefix string
}

// serve starts a server on the test's own prefix.
func serve(t testing.TB, settings network.Settings) api {
	t.Helper()
	return serveFrom(t, etcd.Client(), settings)
}

func serveFrom(t testing.TB, client *clientv3.Client, settings network.Settings) api {
	t.Helper()
	prefix := prefixOf(t)
	s, err := controlplane.New(controlplane.Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme()), MaxMutatingRequestsInFlight: 100},
		Etcd:   client, EtcdPrefix: prefix, CompactInterval: -1, Settings: []any{settings},
	})
	if err != nil {
		t.Fatal(err)
	}
	return api{s, client, prefix}
}

const servicesPath = "/api/v1/namespaces/ns/services"

// do sends a request whose body is YAML, and returns the status code and the answer.
func (a api) do(t testing.TB, method, path, body string) (int, object) {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(data))
	request.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		request.Header.Set("Content-Type", "application/merge-patch+json")
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, request)
	answer := object{}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
	}
	return w.Code, answer
}

// must is do for requests that succeed.
func (a api) must(t testing.TB, method, path, body string) object {
	t.Helper()
	code, answer := a.do(t, method, path, body)
	if code >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, code, answer.text("message"))
	}
	return answer
}

// service creates a service.
func (a api) service(t testing.TB, name, spec string) object {
	t.Helper()
	return a.must(t, "POST", servicesPath, manifest(name, spec))
}

func manifest(name, spec string) string {
	return fmt.Sprintf("{apiVersion: v1, kind: Service, metadata: {name: %s}, spec: %s}", name, spec)
}

// names lists the names of the objects at path.
func (a api) names(t testing.TB, path string) []string {
	t.Helper()
	var names []string
	for _, item := range a.must(t, "GET", path, "").list("items") {
		names = append(names, object(item.(map[string]any)).text("metadata", "name"))
	}
	return names
}

// object is decoded JSON.
type object map[string]any

func (o object) at(path ...string) any {
	var value any = map[string]any(o)
	for _, name := range path {
		inside, _ := value.(map[string]any)
		value = inside[name]
	}
	return value
}

func (o object) text(path ...string) string {
	s, _ := o.at(path...).(string)
	return s
}

func (o object) list(path ...string) []any {
	l, _ := o.at(path...).([]any)
	return l
}

// nodePorts returns the node ports of a service.
func (o object) nodePorts() []int32 {
	var ports []int32
	for _, p := range o.list("spec", "ports") {
		if n, ok := p.(map[string]any)["nodePort"].(float64); ok {
			ports = append(ports, int32(n))
		}
	}
	return ports
}

// table returns what kubectl get -o wide shows for path: the names of the columns, and a line for each row.
func (a api) table(t testing.TB, path string) (headers, rows string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	request.Header.Set("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	w := httptest.NewRecorder()
	a.ServeHTTP(w, request)
	var table metav1.Table
	if err := json.Unmarshal(w.Body.Bytes(), &table); err != nil {
		t.Fatal(err)
	}
	var names, lines []string
	for _, c := range table.ColumnDefinitions {
		names = append(names, c.Name)
	}
	for _, r := range table.Rows {
		lines = append(lines, strings.Trim(fmt.Sprintf("%s", r.Cells), "[]"))
	}
	return strings.Join(names, " "), strings.Join(lines, "\n")
}
