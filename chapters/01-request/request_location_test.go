package request_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	upstream "k8s.io/client-go/rest"

	request "kubepath/chapters/01-request"
)

// builder is what both Requests can do; R is the Request itself.
type builder[R any] interface {
	Namespace(string) R
	NamespaceIfScoped(string, bool) R
	Resource(string) R
	Name(string) R
	SubResource(...string) R
	Prefix(...string) R
	Suffix(...string) R
	AbsPath(...string) R
	RequestURI(string) R
	Param(string, string) R
	Timeout(time.Duration) R
	URL() *url.URL
	Error() error
}

type chain struct {
	says  string
	ours  func(*request.Request)
	their func(*upstream.Request)
}

// both writes one chain for the two Requests, whose methods have the same names.
func both(says string, ours func(*request.Request), their func(*upstream.Request)) chain {
	return chain{says, ours, their}
}

func grow[R builder[R]](r R, calls func(R)) (string, string) {
	calls(r)
	if err := r.Error(); err != nil {
		return "", err.Error()
	}
	return r.URL().String(), ""
}

func chains() []chain {
	type o = *request.Request
	type u = *upstream.Request
	limit := &metav1.ListOptions{LabelSelector: "a=b,c", Limit: 5, Watch: true}
	return []chain{
		both("nothing", func(r o) {}, func(r u) {}),
		both("a collection in all namespaces", func(r o) { r.Resource("pods") }, func(r u) { r.Resource("pods") }),
		both("a collection in one", func(r o) { r.Namespace("x").Resource("pods") }, func(r u) { r.Namespace("x").Resource("pods") }),
		both("in the empty namespace", func(r o) { r.Namespace("").Resource("pods") }, func(r u) { r.Namespace("").Resource("pods") }),
		both("one object", func(r o) { r.Namespace("x").Resource("pods").Name("n") }, func(r u) { r.Namespace("x").Resource("pods").Name("n") }),
		both("in any order", func(r o) { r.Name("n").Resource("pods").Namespace("x") }, func(r u) { r.Name("n").Resource("pods").Namespace("x") }),
		both("a resource in capitals", func(r o) { r.Resource("Pods") }, func(r u) { r.Resource("Pods") }),
		both("a cluster-scoped object", func(r o) { r.NamespaceIfScoped("x", false).Resource("nodes").Name("n") }, func(r u) { r.NamespaceIfScoped("x", false).Resource("nodes").Name("n") }),
		both("a subresource", func(r o) { r.Namespace("x").Resource("pods").Name("n").SubResource("status") }, func(r u) { r.Namespace("x").Resource("pods").Name("n").SubResource("status") }),
		both("a subresource of two segments", func(r o) { r.Resource("nodes").Name("n").SubResource("proxy", "logs") }, func(r u) { r.Resource("nodes").Name("n").SubResource("proxy", "logs") }),
		both("a suffix", func(r o) { r.Resource("pods").Name("n").SubResource("proxy").Suffix("a/b", "c/") }, func(r u) { r.Resource("pods").Name("n").SubResource("proxy").Suffix("a/b", "c/") }),
		both("a prefix", func(r o) { r.Prefix("watch").Namespace("x").Resource("pods") }, func(r u) { r.Prefix("watch").Namespace("x").Resource("pods") }),
		both("a name that must be escaped", func(r o) { r.Resource("pods").Name("a b?c#d:e") }, func(r u) { r.Resource("pods").Name("a b?c#d:e") }),
		both("an absolute path", func(r o) { r.AbsPath("/readyz") }, func(r u) { r.AbsPath("/readyz") }),
		both("with a trailing slash", func(r o) { r.AbsPath("/x/") }, func(r u) { r.AbsPath("/x/") }),
		both("with only a slash", func(r o) { r.AbsPath("/") }, func(r u) { r.AbsPath("/") }),
		both("of two segments with a trailing slash", func(r o) { r.AbsPath("/a", "b/") }, func(r u) { r.AbsPath("/a", "b/") }),
		both("of no segment", func(r o) { r.AbsPath() }, func(r u) { r.AbsPath() }),
		both("an absolute path and a resource", func(r o) { r.AbsPath("/apis/g/v1/").Resource("things").Name("n") }, func(r u) { r.AbsPath("/apis/g/v1/").Resource("things").Name("n") }),
		both("an absolute path that climbs", func(r o) { r.AbsPath("../../x") }, func(r u) { r.AbsPath("../../x") }),
		both("a URI", func(r o) { r.Param("old", "1").RequestURI("/apis/g/v1/things?limit=1&b=%2F") }, func(r u) { r.Param("old", "1").RequestURI("/apis/g/v1/things?limit=1&b=%2F") }),
		both("a parameter twice", func(r o) { r.Param("b", "2").Param("a", "1&").Param("b", "3") }, func(r u) { r.Param("b", "2").Param("a", "1&").Param("b", "3") }),
		both("list options", func(r o) { r.Resource("pods").VersionedParams(limit, metav1.ParameterCodec) }, func(r u) { r.Resource("pods").VersionedParams(limit, metav1.ParameterCodec) }),
		both("a timeout", func(r o) { r.Param("x", "1").Timeout(90 * time.Second) }, func(r u) { r.Param("x", "1").Timeout(90 * time.Second) }),

		both("a name set twice", func(r o) { r.Name("a").Name("b") }, func(r u) { r.Name("a").Name("b") }),
		both("an empty name", func(r o) { r.Name("") }, func(r u) { r.Name("") }),
		both("a name with a slash", func(r o) { r.Name("a/b") }, func(r u) { r.Name("a/b") }),
		both("a name with a percent sign", func(r o) { r.Name("a%b") }, func(r u) { r.Name("a%b") }),
		both("a name with both", func(r o) { r.Name("/%") }, func(r u) { r.Name("/%") }),
		both("the name .", func(r o) { r.Name(".") }, func(r u) { r.Name(".") }),
		both("the name ..", func(r o) { r.Name("..") }, func(r u) { r.Name("..") }),
		both("a namespace set twice", func(r o) { r.Namespace("a").Namespace("b") }, func(r u) { r.Namespace("a").Namespace("b") }),
		both("a namespace set to nothing, then to something", func(r o) { r.Namespace("").Namespace("b") }, func(r u) { r.Namespace("").Namespace("b") }),
		both("a namespace that climbs", func(r o) { r.Namespace("..") }, func(r u) { r.Namespace("..") }),
		both("a resource set twice", func(r o) { r.Resource("a").Resource("b") }, func(r u) { r.Resource("a").Resource("b") }),
		both("a resource with a slash", func(r o) { r.Resource("pods/status") }, func(r u) { r.Resource("pods/status") }),
		both("a subresource set twice", func(r o) { r.SubResource("a").SubResource("b", "c") }, func(r u) { r.SubResource("a").SubResource("b", "c") }),
		both("a subresource with a slash", func(r o) { r.SubResource("ok", "a/b") }, func(r u) { r.SubResource("ok", "a/b") }),
		both("two mistakes, of which the first counts", func(r o) { r.Name("..").Namespace("/") }, func(r u) { r.Name("..").Namespace("/") }),
		both("a URI that is none", func(r o) { r.RequestURI(":") }, func(r u) { r.RequestURI(":") }),
	}
}

func TestEveryChainGoesWhereClientGoGoes(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"https://server:6443", "http://proxy/moved/here", "https://proxy/moved/"} {
		for _, gv := range []schema.GroupVersion{v1, apps} {
			for _, row := range chains() {
				t.Run(host+" "+gv.String()+" "+row.says, func(t *testing.T) {
					t.Parallel()
					ours, oursErr := grow(ourRequest(t, host, gv), row.ours)
					theirs, theirsErr := grow(theirRequest(t, host, gv), row.their)
					if ours != theirs || oursErr != theirsErr {
						t.Errorf("ours:   %s %s\ntheirs: %s %s", ours, oursErr, theirs, theirsErr)
					}
				})
			}
		}
	}
}

func ourRequest(t *testing.T, host string, gv schema.GroupVersion) *request.Request {
	t.Helper()
	return clientOver(t, http.DefaultTransport, request.Config{Host: host, GroupVersion: gv}).Get()
}

func theirRequest(t *testing.T, host string, gv schema.GroupVersion) *upstream.Request {
	t.Helper()
	config := &upstream.Config{Host: host, APIPath: "/apis"}
	config.GroupVersion = &gv
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	if gv.Group == "" {
		config.APIPath = "/api"
	}
	c, err := upstream.RESTClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	return c.Get()
}

func TestAGroupVersionHasItsOwnRoot(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		says   string
		config request.Config
		want   string
	}{
		{"the group without a name is below /api", request.Config{GroupVersion: v1}, "http://s/api/v1"},
		{"the others are below /apis", request.Config{GroupVersion: apps}, "http://s/apis/apps/v1"},
		{"unless a path is given", request.Config{GroupVersion: apps, APIPath: "other"}, "http://s/other/apps/v1"},
		{"no group version is the server's root", request.Config{}, "http://s/"},
	} {
		t.Run(row.says, func(t *testing.T) {
			t.Parallel()
			row.config.Host = "http://s"
			c, err := request.RESTClientFor(&row.config)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Get().URL().String(); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func TestForSpeaksAnotherGroupVersion(t *testing.T) {
	t.Parallel()
	c := offline(t).ForGroupVersion(apps)
	if got := c.Post().Namespace("x").Resource("deployments").URL().Path; got != "/apis/apps/v1/namespaces/x/deployments" {
		t.Errorf("the path is %s", got)
	}
	if c.APIVersion() != apps {
		t.Errorf("the version is %s", c.APIVersion())
	}
}
