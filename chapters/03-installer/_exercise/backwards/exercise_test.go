package exercise

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	installer "kubepath/chapters/03-installer"
)

// is reads a request, METHOD URL, and fails where the sentence that the info makes is not the expected one.
func is(t *testing.T, request, want, why string) {
	t.Helper()
	method, url, _ := strings.Cut(request, " ")
	info, err := ParseRequestInfo(httptest.NewRequest(method, url, nil))
	if err != nil || info == nil {
		t.Fatalf("%s: info %v, error %v; expected %q", request, info, err, want)
	}
	if got := sentence(info); got != want {
		t.Errorf("%s\n got %q\nwant %q\nbecause %s", request, got, want, why)
	}
}

// sentence is an info in words: get pods/status web in london.
func sentence(i *installer.RequestInfo) string {
	if !i.IsResourceRequest {
		return i.Verb + ", and no resource"
	}
	words := []string{i.Verb, (&installer.Resource{Name: i.Resource, Subresource: i.Subresource}).String()}
	if i.APIGroup != "" {
		words = append(words, "of", i.APIGroup)
	}
	if i.Name != "" {
		words = append(words, i.Name)
	}
	if i.Namespace != "" {
		words = append(words, "in", i.Namespace)
	}
	return strings.Join(words, " ")
}

func TestAPathNamesOneObject(t *testing.T) {
	t.Parallel()
	const why = "RESOURCE/NAME follows the version or the namespace, and the method is the verb"
	is(t, "GET /api/v1/namespaces/london/secrets/key", "get secrets key in london", why)
	is(t, "PUT /apis/apps/v1/namespaces/shop/deployments/web", "update deployments of apps web in shop", why)
	is(t, "PATCH /api/v1/nodes/n1", "patch nodes n1", why)
	is(t, "DELETE /apis/rbac.authorization.k8s.io/v1/clusterroles/x", "delete clusterroles of rbac.authorization.k8s.io x", why)
	is(t, "POST /api/v1/namespaces/london/pods", "create pods in london", "a create has its name in the body")
}

func TestASubresourceFollowsTheName(t *testing.T) {
	t.Parallel()
	const why = "the third segment from the resource on is the subresource"
	is(t, "PUT /api/v1/namespaces/london/pods/web/status", "update pods/status web in london", why)
	is(t, "POST /api/v1/namespaces/london/pods/web/binding", "create pods/binding web in london", why)
	is(t, "GET /api/v1/nodes/n1/proxy/metrics", "get nodes/proxy n1", "what follows the subresource is its own")
}

func TestAGetWithoutANameIsAList(t *testing.T) {
	t.Parallel()
	const why = "HTTP has one method for reading one and reading all; RBAC has two verbs"
	is(t, "GET /api/v1/namespaces/london/pods", "list pods in london", why)
	is(t, "GET /apis/apps/v1/deployments", "list deployments of apps", why)
	is(t, "HEAD /api/v1/nodes", "list nodes", "HEAD is a GET without the body")
	is(t, "DELETE /api/v1/namespaces/london/pods", "deletecollection pods in london", "a delete of many is a verb of its own")
}

func TestAListThatAsksToWatchIsAWatch(t *testing.T) {
	t.Parallel()
	is(t, "GET /api/v1/pods?watch=true", "watch pods", "list and watch have one path; the query decides")
	is(t, "GET /api/v1/pods?watch", "watch pods", "a flag without a value is on")
}

func TestWatchFalseIsAList(t *testing.T) {
	t.Parallel()
	is(t, "GET /api/v1/pods?watch=false", "list pods", "false and 0 mean no: installer.WantsWatch knows")
	is(t, "GET /api/v1/pods?watch=0", "list pods", "false and 0 mean no: installer.WantsWatch knows")
}

func TestANamespaceIsAnObjectToo(t *testing.T) {
	t.Parallel()
	is(t, "GET /api/v1/namespaces/london", "get namespaces london in london",
		"nothing follows the name, so the namespace itself is meant; a Role in it can allow that")
	is(t, "GET /api/v1/namespaces", "list namespaces", "no name at all")
}

func TestStatusAndFinalizeAreSubresourcesOfANamespace(t *testing.T) {
	t.Parallel()
	const why = "no resource is called status or finalize, so these two belong to the namespace"
	is(t, "PUT /api/v1/namespaces/london/status", "update namespaces/status london in london", why)
	is(t, "PUT /api/v1/namespaces/london/finalize", "update namespaces/finalize london in london", why)
}

func TestAPathWithoutAResourceHasTheMethodAsItsVerb(t *testing.T) {
	t.Parallel()
	const why = "discovery, health and metrics are no resources; RBAC allows them by path"
	is(t, "GET /healthz", "get, and no resource", why)
	is(t, "GET /api/v1", "get, and no resource", why)
	is(t, "GET /apis/apps/v1", "get, and no resource", why)
	is(t, "POST /", "post, and no resource", why)
}

// The oracle: every method on every path, as the real one reads it.
func TestEveryFieldIsAsTheRealOneReadsIt(t *testing.T) {
	t.Parallel()
	infos := installer.NewRequestInfoFactory(installer.Verb{Name: "watch", Methods: []string{"GET"}, When: installer.WantsWatch})
	for _, path := range []string{
		"/", "/api", "/api/v1", "/api/v1/", "/apis", "/apis/apps", "/apis/apps/v1", "/version", "/api/v1/pods",
		"/api/v1/namespaces", "/api/v1/namespaces/a", "/api/v1/namespaces/a/status", "/api/v1/namespaces/a/finalize",
		"/api/v1/namespaces/a/pods", "/api/v1/namespaces/a/pods/b", "/api/v1/namespaces/a/pods/b/log", "/api/v1/nodes/n/status",
		"/apis/apps/v1/deployments", "/apis/apps/v1/namespaces/a/deployments/b/scale", "/apis/batch/v1/jobs?watch=1",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			r := httptest.NewRequest(method, path, nil)
			want, err := infos.NewRequestInfo(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParseRequestInfo(r)
			if err != nil || got == nil {
				t.Fatalf("%s %s: info %v, error %v", method, path, got, err)
			}
			want.Parts, got.Parts = nil, nil
			if want.IsResourceRequest == got.IsResourceRequest && !want.IsResourceRequest {
				want.APIPrefix = got.APIPrefix // of no consequence
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s %s\n got %+v\nwant %+v", method, path, *got, *want)
			}
		}
	}
}

// What the handlers behind the filter see.
func TestTheServersHandlersGetYourInfo(t *testing.T) {
	t.Parallel()
	var seen *installer.RequestInfo
	h := Plug().Filter(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen, _ = installer.RequestInfoFrom(r.Context())
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/namespaces/london/secrets/key", nil))
	if seen == nil {
		t.Fatalf("no info came to the handler; the filter answered %d: %s", w.Code, w.Body)
	}
	if seen.Namespace != "london" || seen.Name != "key" {
		t.Errorf("the handler reads namespace %q and name %q from your info, expected london and key", seen.Namespace, seen.Name)
	}
}
