package installer

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apidiscovery "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	wantAggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
	wantUnknown    = "application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList"
)

// The files are what kube-apiserver answered, cut to the resources of the tables.
func TestDocumentsAreThoseOfTheRealServer(t *testing.T) {
	t.Parallel()
	container, discovery := testServer(t)
	for _, row := range []struct{ path, accept, file string }{
		{"/api/v1", "", "api_v1.json"},
		{"/apis/apps/v1", "", "apis_apps_v1.json"},
		{"/api", wantAggregated, "api_aggregated.json"},
		{"/apis", wantAggregated, "apis_aggregated.json"},
	} {
		want, err := os.ReadFile("testdata/" + row.file)
		if err != nil {
			t.Fatal(err)
		}
		for by, h := range map[string]http.Handler{"route": dispatched(container), "Discovery": discovery} {
			got := ask(h, "GET", row.path, "Accept", row.accept)
			if diff := cmp.Diff(parse(t, want), parse(t, got.Body.Bytes())); diff != "" {
				t.Errorf("%s by %s (-real +ours):\n%s", row.path, by, diff)
			}
		}
	}
}

func parse(t *testing.T, text []byte) (tree any) {
	t.Helper()
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return tree
}

func TestDiscoveryAnswers(t *testing.T) {
	t.Parallel()
	container, discovery := testServer(t)
	const (
		versions = `{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0","serverAddress":"10.0.0.1:6443"}]}`
		apps     = `{"kind":"APIGroup","apiVersion":"v1","name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}`
		groups   = `{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}]}`
	)
	for _, row := range []struct {
		name, method, path, accept string
		code                       int
		contentType, body          string
	}{
		{"versions of the core group", "GET", "/api", "", 200, "application/json", versions},
		{"groups", "GET", "/apis", "", 200, "application/json", groups},
		{"one group", "GET", "/apis/apps", "", 200, "application/json", apps},
		{"a slash at the end changes nothing", "GET", "/apis/apps/", "", 200, "application/json", apps},
		{"aggregated with a fallback", "GET", "/apis", wantAggregated + ",application/json", 200, wantAggregated, `"kind":"APIGroupDiscoveryList"`},
		{"what old and new clients of today send", "GET", "/apis", wantAggregated + ";profile=nopeer," + wantAggregated + ",application/json", 200, wantAggregated, `"kind":"APIGroupDiscoveryList"`},
		{"unknown version with a fallback", "GET", "/api", wantUnknown + ",application/json", 200, "application/json", versions},
		{
			"unknown version without a fallback", "GET", "/api", wantUnknown, 406, "application/json",
			`{
  "kind": "Status",
  "apiVersion": "v1",
  "metadata": {},
  "status": "Failure",
  "message": "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  "reason": "NotAcceptable",
  "code": 406
}`,
		},
		{"one group ignores the aggregated form", "GET", "/apis/apps", wantAggregated + ",application/json", 200, "application/json", apps},
		{"yaml", "GET", "/apis/apps", "application/yaml", 200, "application/yaml", "kind: APIGroup\n"},
		{"aggregated yaml", "GET", "/apis", "application/yaml;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", 200, "application/yaml;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "kind: APIGroupDiscoveryList\n"},
		{"protobuf", "GET", "/apis/apps/v1", "application/vnd.kubernetes.protobuf", 200, "application/vnd.kubernetes.protobuf", "k8s\x00"},
		{"indented for a person", "GET", "/apis/apps?pretty=true", "", 200, "application/json", "{\n  \"kind\": \"APIGroup\""},
		{
			"an unknown format", "GET", "/apis/apps/v1", "text/csv", 406, "application/json",
			`{
  "kind": "Status",
  "apiVersion": "v1",
  "metadata": {},
  "status": "Failure",
  "message": "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  "reason": "NotAcceptable",
  "details": {},
  "code": 406
}`,
		},
		{"post", "POST", "/apis/apps/v1", "", 405, "application/json", `"message":"the server does not allow this method on the requested resource","reason":"MethodNotAllowed","details":{},"code":405}`},
		{"head", "HEAD", "/api/v1", "", 405, "application/json", ""},
		{"unknown version of a known group", "GET", "/apis/apps/v9", "", 404, "application/json", `"message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}`},
		{"unknown version of the core group", "GET", "/api/v2", "", 404, "application/json", `"message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}`},
	} {
		for by, h := range map[string]http.Handler{"route": dispatched(container), "Discovery": discovery} {
			t.Run(row.name+" by "+by, func(t *testing.T) {
				t.Parallel()
				got := ask(h, row.method, row.path, "Accept", row.accept)
				if got.Code != row.code || got.Header().Get("Content-Type") != row.contentType {
					t.Errorf("%d %s, want %d %s", got.Code, got.Header().Get("Content-Type"), row.code, row.contentType)
				}
				if !strings.Contains(got.Body.String(), row.body) {
					t.Errorf("body is\n%s\nwithout\n%s", got.Body, row.body)
				}
			})
		}
	}
}

func TestAggregatedDocumentIsSentOnce(t *testing.T) {
	t.Parallel()
	_, discovery := testServer(t)
	first := ask(discovery, "GET", "/api", "Accept", wantAggregated)
	tag := first.Header().Get("ETag")
	if len(tag) != 130 || tag[0] != '"' || strings.ToUpper(tag) != tag {
		t.Errorf("ETag is %s, want a quoted upper-case sha512", tag)
	}
	if first.Header().Get("Vary") != "Accept" {
		t.Errorf("Vary is %q", first.Header().Get("Vary"))
	}
	again := ask(discovery, "GET", "/api", "Accept", wantAggregated, "If-None-Match", tag)
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("a client that has the document got %d with %d bytes", again.Code, again.Body.Len())
	}
	discovery.RemoveGroupVersion(schema.GroupVersion{Version: "v1"})
	changed := ask(discovery, "GET", "/api", "Accept", wantAggregated, "If-None-Match", tag)
	if changed.Code != http.StatusOK || changed.Header().Get("ETag") == tag {
		t.Errorf("after a change a client got %d with the same tag", changed.Code)
	}
}

func TestGroupsAndVersionsComeAndGo(t *testing.T) {
	t.Parallel()
	d := &Discovery{Codecs: testCodecs()}
	add := func(gv string, custom bool) {
		parsed, _ := schema.ParseGroupVersion(gv)
		d.AddGroupVersion(GroupVersionDiscovery{GroupVersion: parsed, Custom: custom})
	}
	for _, gv := range []string{"zoo.example.com/v1beta1", "zoo.example.com/v1", "zoo.example.com/v2alpha1", "ant.example.com/v1"} {
		add(gv, true)
	}
	for _, gv := range []string{"v1", "batch/v1", "autoscaling/v2", "autoscaling/v1", "apps/v1"} {
		add(gv, false)
	}
	want := "batch/v1 autoscaling/v2 autoscaling/v1 apps/v1 ant.example.com/v1 zoo.example.com/v1 zoo.example.com/v1beta1 zoo.example.com/v2alpha1"
	if got := served(t, d); got != want {
		t.Errorf("served\n%s, want\n%s", got, want)
	}
	d.RemoveGroupVersion(schema.GroupVersion{Group: "ant.example.com", Version: "v1"})
	d.RemoveGroupVersion(schema.GroupVersion{Group: "zoo.example.com", Version: "v1"})
	want = "batch/v1 autoscaling/v2 autoscaling/v1 apps/v1 zoo.example.com/v1beta1 zoo.example.com/v2alpha1"
	if got := served(t, d); got != want {
		t.Errorf("after two went, served\n%s, want\n%s", got, want)
	}
	if d.Serves("/apis/ant.example.com") || !d.Serves("/apis/zoo.example.com") || !d.Serves("/apis/zoo.example.com/v1beta1/") {
		t.Error("Serves does not know what went and what stayed")
	}
}

func served(t *testing.T, d *Discovery) string {
	t.Helper()
	var list metav1.APIGroupList
	if err := json.Unmarshal(ask(d, "GET", "/apis").Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, g := range list.Groups {
		for _, v := range g.Versions {
			all = append(all, v.GroupVersion)
		}
	}
	return strings.Join(all, " ")
}

func TestSubresourceWithoutParentGetsOne(t *testing.T) {
	t.Parallel()
	got := nestSubresources([]metav1.APIResource{{Name: "pods/log", Namespaced: true, Kind: "Pod", Verbs: metav1.Verbs{"get"}}})
	want := []apidiscovery.APIResourceDiscovery{{
		Resource: "pods", Scope: apidiscovery.ScopeNamespace, ResponseKind: &metav1.GroupVersionKind{},
		Subresources: []apidiscovery.APISubresourceDiscovery{{
			Subresource: "log", ResponseKind: &metav1.GroupVersionKind{Kind: "Pod"}, Verbs: metav1.Verbs{"get"},
		}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Chapter 7 keeps kinds under other versions than chapter 13 may serve: the hash tells them apart.
func TestStorageVersionHashIsThatOfTheRealServer(t *testing.T) {
	t.Parallel()
	for kind, want := range map[schema.GroupVersionKind]string{
		{Version: "v1", Kind: "Pod"}:                       "xPOwRZ+Yhw8=",
		{Version: "v1", Kind: "ConfigMap"}:                 "qFsyl6wFWjQ=",
		{Group: "apps", Version: "v1", Kind: "Deployment"}: "8aSe+NMegvE=",
		{Group: "batch", Version: "v1", Kind: "Job"}:       "mudhfqk/qZY=",
	} {
		if got := storageVersionHash(kind); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}

func TestDocumentIsEncodedOncePerForm(t *testing.T) {
	t.Parallel()
	made := 0
	d := newDocument(testCodecs(), func() runtime.Object {
		made++
		return &metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"}}
	})
	for range 3 {
		for _, accept := range []string{"application/json", "application/yaml", "application/json;pretty=1"} {
			ask(d, "GET", "/api", "Accept", accept)
		}
	}
	forms := 0
	d.bytes.Range(func(any, any) bool { forms++; return true })
	if made != 1 || forms != 3 {
		t.Errorf("made %d times in %d forms, want once in 3", made, forms)
	}
}

func BenchmarkDiscovery(b *testing.B) {
	_, d := testServer(b)
	for name, row := range map[string]struct{ path, accept string }{
		"group version": {"/api/v1", "application/json"},
		"aggregated":    {"/api", wantAggregated + ",application/json"},
	} {
		r := httptest.NewRequest("GET", row.path, nil)
		r.Header.Set("Accept", row.accept)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.ServeHTTP(headers{}, r)
			}
		})
	}
}

// headers is a ResponseWriter that keeps nothing but headers.
type headers http.Header

func (h headers) Header() http.Header       { return http.Header(h) }
func (headers) Write(p []byte) (int, error) { return len(p), nil }
func (headers) WriteHeader(int)             {}
