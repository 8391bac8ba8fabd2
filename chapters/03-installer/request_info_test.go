package installer

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// requestInfos has a row for each request: method and URL; verb, prefix, group, version, namespace, resource,
// subresource, name; Parts. A dash stands for nothing.
const requestInfos = `
GET    /api/v1/namespaces                                list   api - v1 - namespaces - -          namespaces
GET    /api/v1/namespaces/other                          get    api - v1 other namespaces - other  namespaces/other
GET    /api/v1/namespaces/other/pods                     list   api - v1 other pods - -            pods
GET    /api/v1/namespaces/other/pods/foo                 get    api - v1 other pods - foo          pods/foo
HEAD   /api/v1/namespaces/other/pods/foo                 get    api - v1 other pods - foo          pods/foo
GET    /api/v1/pods                                      list   api - v1 - pods - -                pods
HEAD   /api/v1/pods                                      list   api - v1 - pods - -                pods
GET    /api/v1/pods/                                     list   api - v1 - pods - -                pods
GET    /api/v1/nodes/n1                                  get    api - v1 - nodes - n1              nodes/n1
PATCH  /api/v1/namespaces/new                            patch  api - v1 new namespaces - new      namespaces/new

GET    /api/v1/proxy/namespaces/other/pods/foo           proxy  api - v1 other pods - foo          pods/foo
GET    /api/v1/proxy/namespaces/other/pods/foo/sub/path  proxy  api - v1 other pods - foo          pods/foo/sub/path
GET    /api/v1/watch/pods                                watch  api - v1 - pods - -                pods
GET    /api/v1/watch/namespaces/other/pods               watch  api - v1 other pods - -            pods
GET    /api/v1/watch/namespaces/other/pods/foo           watch  api - v1 other pods - foo          pods/foo
GET    /api/v1/pods?watch=true                           watch  api - v1 - pods - -                pods
GET    /api/v1/pods?watch                                watch  api - v1 - pods - -                pods
GET    /api/v1/pods?watch=false                          list   api - v1 - pods - -                pods
GET    /api/v1/namespaces/other/pods?watch=1             watch  api - v1 other pods - -            pods
GET    /api/v1/namespaces/other/pods?watch=0             list   api - v1 other pods - -            pods
GET    /api/v1/namespaces/other/pods/foo?watch=1         get    api - v1 other pods - foo          pods/foo

GET    /api/v1/namespaces/other/pods/foo/status          get    api - v1 other pods status foo     pods/foo/status
GET    /api/v1/namespaces/other/pods/foo/proxy/sub       get    api - v1 other pods proxy foo      pods/foo/proxy/sub
PUT    /api/v1/namespaces/other/finalize                 update api - v1 other namespaces finalize other namespaces/other/finalize
PUT    /api/v1/namespaces/other/status                   update api - v1 other namespaces status other   namespaces/other/status

PUT    /api/v1/namespaces/other/pods/foo                 update api - v1 other pods - foo          pods/foo
DELETE /api/v1/namespaces/other/pods/foo                 delete api - v1 other pods - foo          pods/foo
POST   /api/v1/namespaces/other/pods                     create api - v1 other pods - -            pods
TRACE  /api/v1/namespaces/other/pods                     -      api - v1 other pods - -            pods

DELETE /api/v1/nodes                                     deletecollection api - v1 - nodes - -      nodes
DELETE /api/v1/namespaces                                deletecollection api - v1 - namespaces - - namespaces
DELETE /api/v1/namespaces/other/pods                     deletecollection api - v1 other pods - -   pods
DELETE /apis/batch/v1/namespaces/other/jobs              deletecollection apis batch v1 other jobs - - jobs

POST   /apis/batch/v1/namespaces/other/jobs              create apis batch v1 other jobs - -       jobs
GET    /apis/example.com/v1beta3/namespaces/a/b/c/scale  get    apis example.com v1beta3 a b scale c b/c/scale
GET    /apis/rbac.authorization.k8s.io/v1/clusterroles/x get    apis rbac.authorization.k8s.io v1 - clusterroles - x clusterroles/x
GET    /api/v1/namespaces/ns/services/s/proxy/1/2/3/4/5/6/7  get api - v1 ns services proxy s       services/s/proxy/1/2/3/4/5/6/7
`

func TestRequestInfoOfResources(t *testing.T) {
	t.Parallel()
	for row := range strings.Lines(requestInfos) {
		f := strings.Fields(strings.ReplaceAll(row, " -", " \x00"))
		if len(f) == 0 {
			continue
		}
		for i := range f {
			f[i] = strings.ReplaceAll(f[i], "\x00", "")
		}
		u, _ := url.Parse(f[1])
		want := &RequestInfo{
			IsResourceRequest: true, Path: u.Path, Verb: f[2], APIPrefix: f[3], APIGroup: f[4], APIVersion: f[5],
			Namespace: f[6], Resource: f[7], Subresource: f[8], Name: f[9], Parts: strings.Split(f[10], "/"),
		}
		got, err := demoInfos().NewRequestInfo(httptest.NewRequest(f[0], f[1], nil))
		if err != nil {
			t.Errorf("%s %s: %v", f[0], f[1], err)
		}
		got.ReadOnly, got.LongRunning, got.Queued = false, false, false
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", f[0], f[1], diff)
		}
	}
}

func TestRequestInfoOfOtherPathsIsTheMethod(t *testing.T) {
	t.Parallel()
	for path, prefix := range map[string]string{
		"/": "", "/healthz": "", "/api": "", "/api/v1": "", "/api/v1/": "", "/apis": "", "/apis/apps": "",
		"/apis/apps/v1": "apis", "/apis/apps/v1/": "apis", "/not-api/v1/pods": "", "/openapi/v3/apis/apps/v1": "",
	} {
		for method, verb := range map[string]string{"GET": "get", "POST": "post", "DELETE": "delete"} {
			got, err := demoInfos().NewRequestInfo(httptest.NewRequest(method, path, nil))
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			want := &RequestInfo{Path: path, Verb: verb, APIPrefix: prefix, ReadOnly: verb == "get"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", method, path, diff)
			}
		}
	}
}

func TestRequestInfoOfAWatchOfNothingIsAnError(t *testing.T) {
	t.Parallel()
	info, err := demoInfos().NewRequestInfo(httptest.NewRequest("GET", "/api/v1/watch", nil))
	if err == nil || err.Error() != "unable to determine kind and namespace from url, /api/v1/watch" {
		t.Errorf("error is %v", err)
	}
	if info == nil || !info.IsResourceRequest || info.APIVersion != "v1" {
		t.Errorf("info is %+v", info)
	}
}

func TestRequestInfoReadsSelectors(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what, method, query, verb, name, field, label string
	}{
		{"no selector", "GET", "", "list", "", "", ""},
		{"a selected name is the name", "GET", "fieldSelector=metadata.name%3Da", "list", "a", "metadata.name=a", ""},
		{"so is that of a watch", "GET", "watch=1&fieldSelector=metadata.name%3Da", "watch", "a", "metadata.name=a", ""},
		{"another field names nothing", "GET", "fieldSelector=foo%3Dbar", "list", "", "foo=bar", ""},
		{"an inequality names nothing", "GET", "fieldSelector=metadata.name!%3Da", "list", "", "metadata.name!=a", ""},
		{"a name that no path can hold names nothing", "GET", "fieldSelector=metadata.name%3Da/b", "list", "", "metadata.name=a/b", ""},
		{"a broken field selector names nothing", "GET", "fieldSelector=metadata.name%3Da,foo", "list", "", "metadata.name=a,foo", ""},
		{"and does not hide the watch", "GET", "fieldSelector=metadata.name%3Da,foo&watch=true", "watch", "", "metadata.name=a,foo", ""},
		{"a broken label selector names nothing", "GET", "fieldSelector=metadata.name%3Da&labelSelector=,,", "list", "", "metadata.name=a", ",,"},
		{"a broken limit names nothing", "GET", "fieldSelector=metadata.name%3Da&limit=many", "list", "", "metadata.name=a", ""},
		{"labels are kept for authorizers", "GET", "labelSelector=a%3Db", "list", "", "", "a=b"},
		{"deletecollection has selectors but no name", "DELETE", "fieldSelector=metadata.name%3Da&labelSelector=x", "deletecollection", "", "metadata.name=a", "x"},
		{"create has none", "POST", "fieldSelector=metadata.name%3Da&labelSelector=x", "create", "", "", ""},
	} {
		info, err := demoInfos().NewRequestInfo(httptest.NewRequest(row.method, "/apis/batch/v1/jobs?"+row.query, nil))
		if err != nil {
			t.Fatal(err)
		}
		got := [4]string{info.Verb, info.Name, info.FieldSelector, info.LabelSelector}
		if want := [4]string{row.verb, row.name, row.field, row.label}; got != want {
			t.Errorf("%s: verb, name, fields, labels are %q, want %q", row.what, got, want)
		}
	}
}

func TestRequestInfoTravelsInTheContext(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/api/v1/pods", nil)
	if _, ok := RequestInfoFrom(r.Context()); ok {
		t.Error("a context without an info has one")
	}
	info := &RequestInfo{Verb: "get"}
	if got, ok := RequestInfoFrom(WithRequestInfo(r.Context(), info)); !ok || got != info {
		t.Errorf("got %v, %v", got, ok)
	}
}

func BenchmarkNewRequestInfo(b *testing.B) {
	infos := demoInfos()
	for name, url := range map[string]string{
		"get":   "/api/v1/namespaces/default/pods/nginx",
		"list":  "/apis/apps/v1/namespaces/default/deployments",
		"watch": "/api/v1/pods?watch=true&resourceVersion=17",
	} {
		r := httptest.NewRequest(http.MethodGet, url, nil)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := infos.NewRequestInfo(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
