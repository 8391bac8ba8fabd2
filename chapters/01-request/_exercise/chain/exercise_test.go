package exercise

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	request "kubepath/chapters/01-request"
)

var (
	v1   = schema.GroupVersion{Version: "v1"}
	apps = schema.GroupVersion{Group: "apps", Version: "v1"}
)

// calls are the calls of one chain, in order: n, r and o stand for Namespace, Resource and Name (of one object).
type calls []call

type call struct{ what, value string }

func n(value string) call { return call{"n", value} }
func r(value string) call { return call{"r", value} }
func o(value string) call { return call{"o", value} }

// yours makes the calls on the learner's chain.
func yours(gv schema.GroupVersion, all calls) (string, error) {
	c := Get(gv)
	for _, call := range all {
		switch call.what {
		case "n":
			c = c.Namespace(call.value)
		case "r":
			c = c.Resource(call.value)
		case "o":
			c = c.Name(call.value)
		}
	}
	return c.Path()
}

// real makes them on a Request of chapter 1.
func real(t *testing.T, gv schema.GroupVersion, all calls) (string, error) {
	t.Helper()
	client, err := request.RESTClientFor(&request.Config{Host: "http://server", GroupVersion: gv})
	if err != nil {
		t.Fatal(err)
	}
	c := client.Get()
	for _, call := range all {
		switch call.what {
		case "n":
			c.Namespace(call.value)
		case "r":
			c.Resource(call.value)
		case "o":
			c.Name(call.value)
		}
	}
	return c.URL().Path, c.Error()
}

// compare fails where the two differ.
func compare(t *testing.T, gv schema.GroupVersion, all calls) {
	t.Helper()
	want, wantErr := real(t, gv, all)
	got, err := yours(gv, all)
	switch {
	case wantErr != nil && (err == nil || err.Error() != wantErr.Error()):
		t.Errorf("%v %v: got %q and the error %v\nwant the error %v", gv, all, got, err, wantErr)
	case wantErr == nil && (err != nil || got != want):
		t.Errorf("%v %v: got %q and the error %v\nwant %q", gv, all, got, err, want)
	}
}

func TestAPathHasOnlyThePiecesThatAreThere(t *testing.T) {
	t.Parallel()
	compare(t, v1, calls{})
	compare(t, v1, calls{r("nodes")})
	compare(t, v1, calls{n("default"), r("pods")})
	compare(t, v1, calls{n(""), r("pods")})
}

func TestAnObjectIsBelowItsCollection(t *testing.T) {
	t.Parallel()
	compare(t, v1, calls{n("default"), r("pods"), o("nginx")})
	compare(t, v1, calls{r("nodes"), o("worker-1")})
	compare(t, v1, calls{r("namespaces"), o("default")})
}

func TestAGroupWithANameLivesUnderApis(t *testing.T) {
	t.Parallel()
	compare(t, apps, calls{n("default"), r("deployments")})
	compare(t, schema.GroupVersion{Group: "metrics.k8s.io", Version: "v1beta1"}, calls{r("nodes")})
}

func TestTheOrderOfTheCallsDoesNotMatter(t *testing.T) {
	t.Parallel()
	compare(t, v1, calls{o("nginx"), r("pods"), n("default")})
	compare(t, apps, calls{r("deployments"), n("default"), o("web")})
}

func TestANameThatMakesNoSenseIsAMistake(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "a/b", "..", ".", "50%"} {
		compare(t, v1, calls{n("default"), r("pods"), o(name)})
	}
}

func TestASecondNameIsAMistake(t *testing.T) {
	t.Parallel()
	compare(t, v1, calls{r("pods"), o("a"), o("b")})
	compare(t, v1, calls{r("pods"), o("a"), o("a")})
	compare(t, v1, calls{r("pods"), o("a"), o("b/c")})
}

func TestTheFirstMistakeIsTheOneThatIsReported(t *testing.T) {
	t.Parallel()
	compare(t, v1, calls{o("a/b"), n("c/d")})
	compare(t, v1, calls{n("c/d"), o("a/b")})
	compare(t, v1, calls{r("pods"), o(""), o("a"), n("x/y")})
}
