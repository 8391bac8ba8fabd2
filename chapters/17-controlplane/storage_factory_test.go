package controlplane

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	"kubepath/internal/embedetcd"
)

// keysOf are the keys in an etcd, but for those of the server itself.
func keysOf(t *testing.T, etcd *clientv3.Client) string {
	t.Helper()
	found, err := etcd.Get(t.Context(), "/", clientv3.WithPrefix())
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, kv := range found.Kvs {
		if key := string(kv.Key); !strings.Contains(key, "/ranges/") {
			keys = append(keys, key)
		}
	}
	return strings.Join(keys, " ")
}

func TestEachResourceLiesAtItsDestination(t *testing.T) {
	t.Parallel()
	first, second := newEtcd(t), newEtcd(t)
	api := runWith(t, Config{Etcd: first, Destinations: StorageDestinations{
		{Resource: "events"}:                                         {Etcd: second},
		{Group: "coordination.k8s.io", Resource: "*"}:                {Etcd: second, Prefix: "/elsewhere"},
		{Resource: "configmaps"}:                                     {MediaType: runtime.ContentTypeJSON},
		{Group: "autoscaling", Resource: "horizontalpodautoscalers"}: {MediaType: runtime.ContentTypeJSON, Version: schema.GroupVersion{Group: "autoscaling", Version: "v1"}},
	}})
	for path, body := range map[string]string{
		"/api/v1/namespaces/default/events":                      `{"metadata":{"name":"e"},"involvedObject":{"namespace":"default"}}`,
		"/apis/coordination.k8s.io/v1/namespaces/default/leases": `{"metadata":{"name":"l"}}`,
		"/api/v1/namespaces/default/configmaps":                  `{"metadata":{"name":"c"}}`,
		"/api/v1/namespaces/default/secrets":                     `{"metadata":{"name":"s"}}`,
		secondHPAs:                                               aHPA,
	} {
		if code, answer := ask(t, api, http.MethodPost, path, body); code != http.StatusCreated {
			t.Fatalf("%s: %d %v", path, code, answer)
		}
		if code, list := ask(t, api, http.MethodGet, path, ""); code != http.StatusOK || len(list["items"].([]any)) != 1 {
			t.Errorf("%s: %d %v", path, code, list)
		}
	}
	if got, want := keysOf(t, first), "/registry/configmaps/default/c /registry/horizontalpodautoscalers/default/web /registry/secrets/default/s"; got != want {
		t.Errorf("the first etcd has %s", got)
	}
	if got, want := keysOf(t, second), "/elsewhere/leases/default/l /registry/events/default/e"; got != want {
		t.Errorf("the second etcd has %s", got)
	}
	if got := storedVersion(t.Context(), t, first, "/registry/horizontalpodautoscalers/default/web"); got != "autoscaling/v1" {
		t.Errorf("stored as %s", got)
	}
	if got := storedVersion(t.Context(), t, first, "/registry/configmaps/default/c"); got != "v1" {
		t.Errorf("stored as %s", got)
	}
}

func TestEveryEtcdCountsForTheServersHealth(t *testing.T) {
	t.Parallel()
	second, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	api := runWith(t, Config{Etcd: newEtcd(t), Destinations: StorageDestinations{{Resource: "events"}: {Etcd: second.Client()}}})
	text := func(path string) string {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		return w.Body.String()
	}
	if got := text("/readyz?verbose"); !strings.Contains(got, "[+]etcd ok\n[+]etcd-readiness ok\n[+]etcd-override-0 ok\n") {
		t.Errorf("with two etcds:\n%s", got)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if got := text("/readyz"); !strings.Contains(got, "[+]etcd ok\n[+]etcd-readiness ok\n[-]etcd-override-0 failed") {
		t.Errorf("with one:\n%s", got)
	}
}

func TestADestinationWithoutAFormIsRefused(t *testing.T) {
	t.Parallel()
	for _, to := range []Destination{{MediaType: "text/csv"}, {Version: schema.GroupVersion{Group: "autoscaling", Version: "v7"}}} {
		if _, err := New(Config{Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: &clientv3.Client{}, Destinations: StorageDestinations{{Resource: "pods"}: to}}); err == nil {
			t.Errorf("%+v is taken for a form", to)
		}
	}
}
