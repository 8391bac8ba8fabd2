package controlplane

import (
	"context"
	"encoding/json"
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

const (
	firstHPAs  = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
	secondHPAs = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
	aHPA       = `{"metadata":{"name":"web"},"spec":{"maxReplicas":5,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}}`
)

func newEtcd(t testing.TB) *clientv3.Client {
	t.Helper()
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := etcd.Close(); err != nil {
			t.Error(err)
		}
	})
	return etcd.Client()
}

func newServer(t *testing.T, c Config) http.Handler {
	t.Helper()
	c.Server = server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}
	c.MediaType = runtime.ContentTypeJSON
	api, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// ask sends a request and returns the code and the fields of the answer.
func ask(t *testing.T, api http.Handler, method, path, body string) (int, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	api.ServeHTTP(w, r)
	fields := map[string]any{}
	if err := json.Unmarshal(w.Body.Bytes(), &fields); err != nil {
		t.Fatalf("%s %s: %s", method, path, w.Body)
	}
	return w.Code, fields
}

func storedVersion(ctx context.Context, t *testing.T, etcd *clientv3.Client, key string) string {
	t.Helper()
	found, err := etcd.Get(ctx, key)
	if err != nil || len(found.Kvs) != 1 {
		t.Fatalf("%s: %v, %v", key, found, err)
	}
	var object struct{ APIVersion string }
	if err := json.Unmarshal(found.Kvs[0].Value, &object); err != nil {
		t.Fatal(err)
	}
	return object.APIVersion
}

func TestTheStorageVersionCanChangeUnderTheObjects(t *testing.T) {
	t.Parallel()
	etcd := newEtcd(t)
	const key = "/registry/horizontalpodautoscalers/default/web"
	older := newServer(t, Config{Etcd: etcd, StorageVersions: []schema.GroupVersion{{Group: "autoscaling", Version: "v1"}}})
	if code, answer := ask(t, older, http.MethodPost, secondHPAs, aHPA); code != http.StatusCreated {
		t.Fatal(answer)
	}
	if got := storedVersion(t.Context(), t, etcd, key); got != "autoscaling/v1" {
		t.Errorf("stored as %s", got)
	}
	now := newServer(t, Config{Etcd: etcd})
	code, old := ask(t, now, http.MethodGet, secondHPAs+"/web", "")
	if code != http.StatusOK || old["apiVersion"] != "autoscaling/v2" {
		t.Fatal(old)
	}
	if got := storedVersion(t.Context(), t, etcd, key); got != "autoscaling/v1" {
		t.Errorf("a read has rewritten it as %s", got)
	}
	changed := strings.Replace(aHPA, `"maxReplicas":5`, `"maxReplicas":6`, 1)
	if code, answer := ask(t, now, http.MethodPut, firstHPAs+"/web", changed); code != http.StatusOK || answer["apiVersion"] != "autoscaling/v1" {
		t.Fatal(answer)
	}
	if got := storedVersion(t.Context(), t, etcd, key); got != "autoscaling/v2" {
		t.Errorf("the next write has left it as %s", got)
	}
}

func TestDiscoveryTellsByAHashInWhichVersionIsStored(t *testing.T) {
	t.Parallel()
	etcd := newEtcd(t)
	hash := func(api http.Handler, path, resource string) any {
		_, list := ask(t, api, http.MethodGet, path, "")
		for _, entry := range list["resources"].([]any) {
			if entry := entry.(map[string]any); entry["name"] == resource {
				return entry["storageVersionHash"]
			}
		}
		return nil
	}
	usual := newServer(t, Config{Etcd: etcd})
	older := newServer(t, Config{Etcd: etcd, StorageVersions: []schema.GroupVersion{{Group: "autoscaling", Version: "v1"}}})
	for _, path := range []string{"/apis/autoscaling/v1", "/apis/autoscaling/v2"} { // one Store behind both
		if got := hash(usual, path, "horizontalpodautoscalers"); got != "qwQve8ut294=" { // of autoscaling/v2
			t.Errorf("%s says %v", path, got)
		}
		if got := hash(older, path, "horizontalpodautoscalers"); got != "oQlkt7f5j/A=" { // of autoscaling/v1
			t.Errorf("%s, kept as v1, says %v", path, got)
		}
	}
	if got := hash(older, "/api/v1", "pods"); got != "xPOwRZ+Yhw8=" {
		t.Errorf("another kind says %v", got)
	}
}

func TestVersionsThatAreGoneCanBeSwitchedOn(t *testing.T) {
	t.Parallel()
	const manifest = `{"metadata":{"name":"web"},"spec":{"template":{"metadata":{"labels":{"app":"web"}},
		"spec":{"containers":[{"name":"web","image":"nginx"}]}}}}`
	etcd := newEtcd(t)
	const path = "/namespaces/default/deployments"
	w := httptest.NewRecorder()
	newServer(t, Config{Etcd: etcd}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/apis/extensions/v1beta1"+path, nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("without being asked for: %d", w.Code)
	}
	api := newServer(t, Config{Etcd: etcd, RuntimeConfig: RuntimeConfig{"extensions/v1beta1": true}})
	if code, answer := ask(t, api, http.MethodPost, "/apis/extensions/v1beta1"+path, manifest); code != http.StatusCreated {
		t.Fatal(answer)
	}
	for _, version := range []string{"extensions/v1beta1", "apps/v1"} {
		code, answer := ask(t, api, http.MethodGet, "/apis/"+version+path+"/web", "")
		if code != http.StatusOK || answer["apiVersion"] != version || answer["kind"] != "Deployment" {
			t.Errorf("%s: %d %v", version, code, answer)
		}
		if code, answer = ask(t, api, http.MethodGet, "/apis/"+version+path, ""); code != http.StatusOK || answer["kind"] != "DeploymentList" {
			t.Errorf("list of %s: %d %v", version, code, answer)
		}
	}
	if got := storedVersion(t.Context(), t, etcd, "/registry/deployments/default/web"); got != "apps/v1" {
		t.Errorf("stored as %s", got)
	}
}

func TestEveryVersionThatIsGoneShowsTheObjectsOfToday(t *testing.T) {
	t.Parallel()
	const template = `{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"nginx"}]}}`
	etcd := newEtcd(t)
	api := newServer(t, Config{Etcd: etcd, RuntimeConfig: RuntimeConfig{"extensions/v1beta1": true, "batch/v1beta1": true}})
	for _, row := range []struct{ old, now, resource, key, spec string }{
		{"extensions/v1beta1", "apps/v1", "deployments", "deployments", `{"template":` + template + `}`},
		{"extensions/v1beta1", "apps/v1", "daemonsets", "daemonsets", `{"templateGeneration":1,"template":` + template + `}`},
		{"extensions/v1beta1", "apps/v1", "replicasets", "replicasets", `{"template":` + template + `}`},
		{"extensions/v1beta1", "networking.k8s.io/v1", "ingresses", "ingress", `{"backend":{"serviceName":"web","servicePort":80}}`},
		{"batch/v1beta1", "batch/v1", "cronjobs", "cronjobs",
			`{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}`},
	} {
		path := func(version string) string { return "/apis/" + version + "/namespaces/old/" + row.resource }
		code, made := ask(t, api, http.MethodPost, path(row.old), `{"metadata":{"name":"web"},"spec":`+row.spec+`}`)
		if code != http.StatusCreated || made["apiVersion"] != row.old {
			t.Errorf("%s of %s: %d %v", row.resource, row.old, code, made)
			continue
		}
		code, now := ask(t, api, http.MethodGet, path(row.now)+"/web", "")
		if code != http.StatusOK || now["apiVersion"] != row.now {
			t.Errorf("%s of %s as of %s: %d %v", row.resource, row.old, row.now, code, now)
		}
		if got := storedVersion(t.Context(), t, etcd, "/registry/"+row.key+"/old/web"); got != row.now {
			t.Errorf("%s of %s lie in etcd as %s", row.resource, row.old, got)
		}
		again, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		code, unchanged := ask(t, api, http.MethodPut, path(row.old)+"/web", string(again))
		if was, is := made["metadata"].(map[string]any), unchanged["metadata"].(map[string]any); code != http.StatusOK || is["resourceVersion"] != was["resourceVersion"] {
			t.Errorf("%s of %s, written back as they were read: %d, and something has changed\n%v\n%v", row.resource, row.old, code, made, unchanged)
		}
	}
}

func TestRuntimeConfigSwitchesByTheMostExactName(t *testing.T) {
	t.Parallel()
	now := []Group{
		{GroupVersion: schema.GroupVersion{Version: "v1"}, Resources: []Resource{{Name: "pods"}, {Name: "nodes"}}},
		{GroupVersion: schema.GroupVersion{Group: "a", Version: "v1"}, Resources: []Resource{{Name: "x"}, {Name: "y"}}},
	}
	old := []Group{{GroupVersion: schema.GroupVersion{Group: "a", Version: "v1beta1"}, Resources: []Resource{{Name: "x"}}}}
	for _, row := range []struct {
		what   string
		config RuntimeConfig
		served string
	}{
		{"nothing is said", nil, "v1/pods v1/nodes a/v1/x a/v1/y"},
		{"a version is off", RuntimeConfig{"a/v1": false}, "v1/pods v1/nodes"},
		{"the group without a name is a version too", RuntimeConfig{"v1": false}, "a/v1/x a/v1/y"},
		{"a resource is off", RuntimeConfig{"v1/nodes": false}, "v1/pods a/v1/x a/v1/y"},
		{"a resource stays in a version that is off", RuntimeConfig{"a/v1": false, "a/v1/y": true}, "v1/pods v1/nodes a/v1/y"},
		{"an old version is on", RuntimeConfig{"a/v1beta1": true}, "v1/pods v1/nodes a/v1/x a/v1/y a/v1beta1/x"},
		{"all beta is on", RuntimeConfig{"api/beta": true}, "v1/pods v1/nodes a/v1/x a/v1/y a/v1beta1/x"},
		{"all is off but one", RuntimeConfig{"api/all": false, "v1": true}, "v1/pods v1/nodes"},
	} {
		groups, err := row.config.table(now, old)
		var served []string
		for _, g := range groups {
			for _, r := range g.Resources {
				served = append(served, g.GroupVersion.String()+"/"+r.Name)
			}
		}
		if got := strings.Join(served, " "); err != nil || got != row.served {
			t.Errorf("%s: %s, %v; want %s", row.what, got, err, row.served)
		}
	}
	if _, err := (RuntimeConfig{"a/v2": true}).table(now, old); err == nil || err.Error() != "runtime config: there is no a/v2" {
		t.Errorf("a version that nothing has: %v", err)
	}
}
