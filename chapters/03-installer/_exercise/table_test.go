package exercise

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/emicklei/go-restful/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// The verbs of the tests: each kind once.
var (
	list    = across("", nil, verb("list", "GET", installer.Collection))
	watch   = across("", installer.WantsWatch, verb("watch", "GET", installer.Collection))
	create  = verb("create", "POST", installer.Collection)
	get     = verb("get", "GET", installer.Item)
	update  = verb("update", "PUT", installer.Item)
	connect = installer.Verb{Name: "connect", Methods: []string{"GET"}, On: installer.ItemPath, Discovered: installer.ConnectVerb}

	oldWatch     = listed(across("watch", nil, verb("watch", "GET", installer.Collection)))
	oldWatchItem = across("watch", nil, verb("watch", "GET", installer.Item))
)

// across is a verb that is served across namespaces too.
func across(prefix string, when func(*http.Request) bool, v installer.Verb) installer.Verb {
	v.AllNamespaces, v.Prefix, v.When = v.On == installer.Collection, prefix, when
	return v
}

// listed has an operation id of its own, beside that of the item's verb.
func listed(v installer.Verb) installer.Verb {
	v.OperationID = "watch{version}{object}List"
	return v
}

func verb(name, method string, on installer.Target) installer.Verb {
	return installer.Verb{Name: name, Methods: []string{method}, On: on}
}

// says is a handler that answers with the verb and the path.
func says(verb string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%s %s", verb, r.URL.Path) })
}

// rows are a part of the core group.
func rows() []installer.Resource {
	standard := []installer.Verb{list, watch, create, oldWatch, get, update, oldWatchItem}
	row := func(kind, name, subresource string, namespaced bool, rows ...installer.Verb) installer.Resource {
		var verbs []installer.VerbHandler
		for _, v := range rows {
			verbs = append(verbs, installer.VerbHandler{Verb: v, Handler: says(v.Name)})
		}
		return installer.Resource{
			Name: name, Subresource: subresource, Namespaced: namespaced, Verbs: verbs, Kind: corev1.SchemeGroupVersion.WithKind(kind),
		}
	}
	return []installer.Resource{
		row("Namespace", "namespaces", "", false, standard...),
		row("Namespace", "namespaces", "finalize", false, update),
		row("Node", "nodes", "", false, standard...),
		row("NodeProxyOptions", "nodes", "proxy", false, connect),
		row("Pod", "pods", "", true, standard...),
		row("Binding", "pods", "binding", true, create),
		row("PodProxyOptions", "pods", "proxy", true, connect),
		row("Pod", "pods", "status", true, get, update),
	}
}

// install gives the rows to the real installer.
func install(t *testing.T, middleware ...installer.Middleware) (*restful.Container, []installer.Action) {
	t.Helper()
	codecs := kinds.NewCodecs(runtime.NewScheme())
	core := &installer.APIGroupVersion{
		Root: "/api", GroupVersion: corev1.SchemeGroupVersion, Resources: rows(), Codecs: codecs, Middleware: middleware,
	}
	container := installer.NewContainer(codecs, nil)
	actions, err := core.InstallREST(container)
	if err != nil {
		t.Fatal(err)
	}
	return container, actions
}

// row finds the row of a path: pods, pods/status.
func row(t *testing.T, path string) installer.Resource {
	t.Helper()
	for _, r := range rows() {
		if r.String() == path {
			return r
		}
	}
	t.Fatalf("no row %q", path)
	return installer.Resource{}
}
