package exercise

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	installer "kubepath/chapters/03-installer"
)

// expect fails with what was wanted and the rule behind it.
func expect(t *testing.T, resource string, v installer.Verb, why string, want ...string) {
	t.Helper()
	got, err := Paths(row(t, resource), v)
	if err != nil {
		t.Fatalf("Paths(%s, %s): %v", resource, v.Name, err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s of %s:\n got %q\nwant %q\nbecause %s", v.Name, resource, got, want, why)
	}
}

func TestACollectionLiesInItsNamespace(t *testing.T) {
	t.Parallel()
	expect(t, "pods", create, "a pod is created in a namespace, and the path says in which",
		"namespaces/{namespace}/pods")
}

func TestAnItemHasItsNameAtTheEnd(t *testing.T) {
	t.Parallel()
	expect(t, "pods", get, "one object is its collection's path and its name", "namespaces/{namespace}/pods/{name}")
	expect(t, "pods", update, "the method differs, the path does not", "namespaces/{namespace}/pods/{name}")
}

func TestAClusterScopedResourceHasOnePath(t *testing.T) {
	t.Parallel()
	const why = "nodes lie in no namespace: their list is at one path, whatever AllNamespaces says"
	expect(t, "nodes", get, why, "nodes/{name}")
	expect(t, "nodes", list, why, "nodes")
	expect(t, "namespaces", list, "a namespace is itself an object outside of namespaces", "namespaces")
}

func TestAListOfANamespacedResourceIsServedAcrossNamespacesToo(t *testing.T) {
	t.Parallel()
	const why = "kubectl get pods -A asks at the path without a namespace"
	expect(t, "pods", list, why, "namespaces/{namespace}/pods", "pods")
	expect(t, "pods", watch, why, "namespaces/{namespace}/pods", "pods")
}

func TestASubresourceStandsBehindItsObjectsName(t *testing.T) {
	t.Parallel()
	const why = "a subresource belongs to one object, so that object's name is in the path, for a create too"
	expect(t, "pods/status", get, why, "namespaces/{namespace}/pods/{name}/status")
	expect(t, "pods/binding", create, why, "namespaces/{namespace}/pods/{name}/binding")
	expect(t, "namespaces/finalize", update, why, "namespaces/{name}/finalize")
}

func TestAProxyTakesTheRestOfThePath(t *testing.T) {
	t.Parallel()
	const why = "ItemPath is served with and without something behind it"
	expect(t, "nodes/proxy", connect, why, "nodes/{name}/proxy", "nodes/{name}/proxy/{path:*}")
	expect(t, "pods/proxy", connect, why, "namespaces/{namespace}/pods/{name}/proxy",
		"namespaces/{namespace}/pods/{name}/proxy/{path:*}")
}

func TestADeprecatedPrefixStandsBeforeEverything(t *testing.T) {
	t.Parallel()
	const why = "clients of 2015 watch at watch/ and the path as it is; both paths of a list get the prefix"
	expect(t, "pods", oldWatch, why, "watch/namespaces/{namespace}/pods", "watch/pods")
	expect(t, "pods", oldWatchItem, why, "watch/namespaces/{namespace}/pods/{name}")
	expect(t, "nodes", oldWatch, why, "watch/nodes")
}

// The oracle: every action of the real installer, in its order.
func TestEveryPathIsTheInstallers(t *testing.T) {
	t.Parallel()
	_, actions := install(t)
	var got, want []string
	for _, a := range actions {
		want = append(want, a.Name+" "+a.Path)
	}
	for _, r := range rows() {
		for _, v := range r.Verbs {
			paths, err := Paths(r, v.Verb)
			if err != nil {
				t.Fatalf("Paths(%s, %s): %v", &r, v.Name, err)
			}
			for _, path := range paths {
				got = append(got, v.Name+" "+path)
			}
		}
	}
	for i := range max(len(got), len(want)) {
		if g, w := at(got, i), at(want, i); g != w {
			t.Fatalf("action %d of the installer's table: your path %q, the installer's %q", i+1, g, w)
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(none)"
}

func TestAServerOnThesePathsAnswersKubectl(t *testing.T) {
	t.Parallel()
	container, _ := install(t, Plug().Middleware)
	for _, c := range []struct{ command, method, path string }{
		{"kubectl get pods", "GET", "/api/v1/namespaces/default/pods"},
		{"kubectl get pods -A", "GET", "/api/v1/pods"},
		{"kubectl get node a", "GET", "/api/v1/nodes/a"},
		{"kubectl create -f pod.yaml", "POST", "/api/v1/namespaces/default/pods"},
		{"the scheduler's binding", "POST", "/api/v1/namespaces/default/pods/web/binding"},
		{"a kubelet's status", "PUT", "/api/v1/namespaces/default/pods/web/status"},
		{"kubectl proxy's", "GET", "/api/v1/namespaces/default/pods/web/proxy/index.html"},
		{"a watch as of old", "GET", "/api/v1/watch/namespaces/default/pods"},
	} {
		w := httptest.NewRecorder()
		container.Dispatch(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s (%s %s) is answered with %d, expected 200: %s", c.command, c.method, c.path, w.Code, w.Body)
		}
	}
}
