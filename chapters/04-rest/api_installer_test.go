package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"

	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
)

// bare is a Storage without any capability; tests add what they need.
type bare struct{ kind runtime.Object }

func (b bare) New() runtime.Object { return b.kind.DeepCopyObject() }
func (b bare) Destroy()            {}

// scoped is bare with a scope.
type scoped struct {
	bare
	namespaced bool
}

func (s scoped) NamespaceScoped() bool { return s.namespaced }

// eviction is what pods/eviction is: it creates below a name, and its kind is of another group.
type eviction struct{ bare }

func (eviction) GroupVersionKind(schema.GroupVersion) schema.GroupVersionKind {
	return policyv1.SchemeGroupVersion.WithKind("Eviction")
}

func (eviction) Create(ctx context.Context, name string, obj runtime.Object, _ *CreateOptions) (runtime.Object, error) {
	return &metav1.Status{Status: metav1.StatusSuccess, Message: name + " of " + NamespaceFrom(ctx)}, nil
}

func resources(t *testing.T, g *APIInstaller, storages map[string]Storage) []installer.Resource {
	t.Helper()
	g.Codecs = kinds.NewCodecs(kinds.NewScheme())
	if g.GroupVersion.Empty() {
		g.GroupVersion = schema.GroupVersion{Version: "v1"}
	}
	rows, err := g.Resources(storages)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAStorageGetsTheVerbsThatItImplements(t *testing.T) {
	t.Parallel()
	pod := bare{&corev1.Pod{}}
	for name, row := range map[string]struct {
		storage Storage
		want    string
	}{
		"nothing":          {scoped{pod, true}, ""},
		"all but watching": {newConfigMapStorage(), "get list create update delete deletecollection"},
		"a reader": {struct {
			scoped
			Getter
		}{scoped{pod, true}, newConfigMapStorage()}, "get"},
		"with options": {struct {
			scoped
			GetterWithOptions
		}{scoped{pod, true}, logs{}}, "get"},
		"a named creater": {struct {
			scoped
			NamedCreater
		}{scoped{pod, true}, eviction{pod}}, "create"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, clash := row.storage.(fmt.Stringer); clash {
				t.Fatal("not a fair storage")
			}
			rows := resources(t, &APIInstaller{}, map[string]Storage{"pods": row.storage})
			var got []string
			for _, v := range rows[0].Verbs {
				got = append(got, v.Name)
			}
			if strings.Join(got, " ") != row.want {
				t.Errorf("verbs %q, want %q", got, row.want)
			}
		})
	}
}

func TestASubresourceBorrowsItsParentsScopeAndHasNoNamesOfItsOwn(t *testing.T) {
	t.Parallel()
	rows := resources(t, &APIInstaller{}, map[string]Storage{
		"pods": struct {
			scoped
			named
		}{scoped{bare{&corev1.Pod{}}, true}, named{}},
		"pods/eviction": struct {
			eviction
			named
		}{eviction{bare{&policyv1.Eviction{}}}, named{}},
	})
	pod, sub := rows[0], rows[1]
	if pod.Name != "pods" || pod.Singular != "one" || !slices.Equal(pod.ShortNames, []string{"o"}) || !slices.Equal(pod.Categories, []string{"all"}) ||
		!pod.Namespaced || pod.Kind != corev1.SchemeGroupVersion.WithKind("Pod") {
		t.Errorf("resource %+v", pod)
	}
	if sub.Name != "pods" || sub.Subresource != "eviction" || !sub.Namespaced || sub.Singular != "" || sub.ShortNames != nil ||
		sub.Kind != policyv1.SchemeGroupVersion.WithKind("Eviction") || !sub.StorageKind.Empty() {
		t.Errorf("subresource %+v", sub)
	}
	if got := sub.Verbs[0]; got.Doc != "create eviction of a Pod" || got.On != installer.Item || got.Params[0].Name != "pretty" {
		t.Errorf("verb %+v", got)
	}
}

type named struct{}

func (named) GetSingularName() string { return "one" }
func (named) ShortNames() []string    { return []string{"o"} }
func (named) Categories() []string    { return []string{"all"} }

func TestAStorageThatCannotBeServedIsAnError(t *testing.T) {
	t.Parallel()
	pod := bare{&corev1.Pod{}}
	for name, row := range map[string]struct {
		storages map[string]Storage
		group    string
		want     string
	}{
		"a subresource without a parent": {map[string]Storage{"pods/status": pod}, "", `install "pods/status" in v1: missing parent storage: "pods"`},
		"no scope":                       {map[string]Storage{"pods": pod}, "", `install "pods" in v1: "pods" must say its scope: rest.bare is not a Scoper`},
		"three segments":                 {map[string]Storage{"pods/a/b": pod}, "", `install "pods/a/b" in v1: a path is one segment, or two for a subresource`},
		"no segment":                     {map[string]Storage{"": pod}, "", `install "" in v1: a path is one segment, or two for a subresource`},
		"a kind of another group":        {map[string]Storage{"pods": scoped{pod, true}}, "apps", `install "pods" in apps/v1: *v1.Pod has no kind in group "apps", only [/v1, Kind=Pod]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &APIInstaller{GroupVersion: schema.GroupVersion{Group: row.group, Version: "v1"}, Codecs: kinds.NewCodecs(kinds.NewScheme())}
			if _, err := g.Resources(row.storages); err == nil || err.Error() != row.want {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

// Chapters 9 and 16 will add such rows: a verb that shares list's route, and one with many methods and paths.
func TestALaterChapterAddsAVerbByAddingARow(t *testing.T) {
	t.Parallel()
	says := func(word string) func(*RequestScope) http.Handler {
		return func(scope *RequestScope) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, word, " ", scope.Resource.Resource) })
		}
	}
	table := append(Verbs(),
		Verb{Verb: installer.Verb{Name: "watch", Methods: []string{"GET"}, AllNamespaces: true, When: installer.WantsWatch},
			Supported: Has[Watcher], Handle: says("watch")},
		Verb{Verb: installer.Verb{Name: "connect", On: installer.ItemPath, Discovered: installer.ConnectVerb,
			OperationID: "connect{version}{method}{object}"},
			Supported: Has[Connecter], Handle: says("connect"),
			MethodsOf: func(s Storage) []string { return connecter{}.ConnectMethods() }})
	watched := struct {
		*configMapStorage
		watcher
	}{newConfigMapStorage(), watcher{}}
	h := serve(t, &APIInstaller{Verbs: table}, map[string]Storage{"configmaps": watched, "configmaps/proxy": connecter{}})
	for _, row := range []struct{ method, url, want string }{
		{"GET", configMapsPath + "?watch=true", "watch configmaps"},
		{"GET", "/api/v1/configmaps?watch=1", "watch configmaps"},
		{"GET", configMapsPath, `{"kind":"ConfigMapList"`},
		{"GET", configMapsPath + "/a/proxy", "connect configmaps"},
		{"POST", configMapsPath + "/a/proxy/b/c", "connect configmaps"},
	} {
		if got := ask(h, row.method, row.url, "").Body.String(); !strings.HasPrefix(got, row.want) {
			t.Errorf("%s %s: %q, want %q", row.method, row.url, got, row.want)
		}
	}
	list := into[metav1.APIResourceList](t, ask(h, "GET", "/api/v1", ""), http.StatusOK)
	var verbs []string
	for _, r := range list.APIResources {
		verbs = append(verbs, r.Name+": "+strings.Join(r.Verbs, " "))
	}
	want := []string{"configmaps: create delete deletecollection get list update watch", "configmaps/proxy: create get"}
	if !slices.Equal(verbs, want) {
		t.Errorf("discovered %q, want %q", verbs, want)
	}
}

type watcher struct{}

func (watcher) Watch(context.Context, *metainternalversion.ListOptions) (watch.Interface, error) {
	return nil, nil
}

type connecter struct{ bare }

func (connecter) New() runtime.Object                         { return &corev1.ConfigMap{} }
func (connecter) ConnectMethods() []string                    { return []string{"GET", "POST"} }
func (connecter) NewConnectOptions() (runtime.Object, string) { return nil, "" }
func (connecter) Connect(context.Context, string, runtime.Object, Responder) (http.Handler, error) {
	return nil, nil
}

func TestAWrappedStorageKeepsEveryCapabilityAndGainsNone(t *testing.T) {
	t.Parallel()
	calls := 0
	wrap := func(s Storage) Storage { return tracer{newConfigMapStorage(), s, &calls} }
	reader := struct {
		scoped
		Getter
		teapot
	}{scoped{bare{&corev1.ConfigMap{}}, true}, newConfigMapStorage(), teapot{}}
	table := append(Verbs(), Verb{Verb: installer.Verb{Name: "brew", Methods: []string{"BREW"}, On: installer.Item},
		Supported: Has[brewer], Handle: func(scope *RequestScope) http.Handler {
			storage, _ := As[brewer](scope.Storage)
			return scope.Handler(func(*Call) (int, runtime.Object, error) { return http.StatusTeapot, storage.Brew(), nil })
		}})
	h := serve(t, &APIInstaller{Wrap: func(s Storage) Storage { return wrap(wrap(s)) }, Verbs: table}, map[string]Storage{"configmaps": reader})
	if w := ask(h, "GET", configMapsPath+"/nosuch", ""); w.Code != http.StatusNotFound || calls != 2 {
		t.Errorf("a get through two wrappers: answer %d after %d calls", w.Code, calls)
	}
	if w := ask(h, "DELETE", configMapsPath+"/nosuch", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a delete that only the wrapper offers: %d", w.Code)
	}
	if w := ask(h, "BREW", configMapsPath+"/a", ""); w.Code != http.StatusTeapot {
		t.Errorf("a verb that the wrapper has never heard of: %d %s", w.Code, w.Body)
	}
	if Has[brewer](bare{}) || Has[Getter](nil) {
		t.Error("a storage has a capability that it does not implement")
	}
}

// brewer is a capability that no wrapper knows.
type brewer interface{ Brew() runtime.Object }

type teapot struct{}

func (teapot) Brew() runtime.Object { return &corev1.ConfigMap{} }

// tracer has every method, as a wrapper may.
type tracer struct {
	*configMapStorage
	wrapped Storage
	calls   *int
}

func (t tracer) Unwrap() Storage { return t.wrapped }

func (t tracer) Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error) {
	*t.calls++
	wrapped, _ := As[Getter](t.wrapped)
	return wrapped.Get(ctx, name, options)
}

func TestADeprecatedKindWarnsInEveryAnswer(t *testing.T) {
	t.Parallel()
	reader := struct {
		scoped
		Getter
	}{scoped{bare{&corev1.Endpoints{}}, true}, newConfigMapStorage()} //nolint:staticcheck // deprecated on purpose
	w := ask(serve(t, &APIInstaller{}, map[string]Storage{"endpoints": reader}), "GET", "/api/v1/namespaces/ns/endpoints/a", "")
	const want = `299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"`
	if got := w.Header().Get("Warning"); w.Code != http.StatusNotFound || got != want {
		t.Errorf("%d %q", w.Code, got)
	}
}

func TestEveryVerbIsDescribed(t *testing.T) {
	t.Parallel()
	rows := resources(t, &APIInstaller{}, map[string]Storage{"configmaps": newConfigMapStorage()})
	for _, v := range rows[0].Verbs {
		if v.Doc == "" || strings.Contains(v.Doc, "{") || v.Writes == nil || len(v.Params) == 0 {
			t.Errorf("verb %s: %q, writes %T, params %v", v.Name, v.Doc, v.Writes, v.Params)
		}
		for _, p := range v.Params {
			if p.Doc == "" || p.Type == "" || p.In == "" {
				t.Errorf("verb %s: parameter %+v", v.Name, p)
			}
		}
	}
}

// doorkeeper lets connections to the object a through, and counts what it is asked.
type doorkeeper struct{ asked []string }

func (d *doorkeeper) Handles(o Operation) bool { return o == OperationConnect }

func (d *doorkeeper) Admit(_ context.Context, a *Attributes) error {
	d.asked = append(d.asked, fmt.Sprintf("admit %s %s/%s %T", a.Operation, a.Name, a.Subresource, a.Object))
	return nil
}

func (d *doorkeeper) Validate(_ context.Context, a *Attributes) error {
	d.asked = append(d.asked, fmt.Sprintf("validate %s %s/%s %T", a.Operation, a.Name, a.Subresource, a.Object))
	if a.Name != "a" {
		return apierrors.NewForbidden(a.Resource.GroupResource(), a.Name, errors.New("the door is closed"))
	}
	return nil
}

func TestAVerbThatConnectsAsksThePluginsFirst(t *testing.T) {
	t.Parallel()
	connect := Verb{
		Verb: installer.Verb{Name: "connect", On: installer.ItemPath, Discovered: installer.ConnectVerb,
			OperationID: "connect{version}{method}{object}"},
		Supported: Has[Connecter], MethodsOf: func(Storage) []string { return []string{"GET"} },
		Handle: func(scope *RequestScope) http.Handler {
			return scope.Handler(func(c *Call) (int, runtime.Object, error) {
				if err := c.AdmitConnect(&corev1.PodProxyOptions{}); err != nil {
					return 0, nil, err
				}
				fmt.Fprint(c.Writer, "connected")
				return 0, nil, nil
			})
		},
	}
	plugin := &doorkeeper{}
	h := serve(t, &APIInstaller{Verbs: append(Verbs(), connect), Admission: []AdmissionPlugin{plugin}},
		map[string]Storage{"configmaps": newConfigMapStorage(), "configmaps/proxy": connecter{}})
	if got := ask(h, "GET", configMapsPath+"/a/proxy", ""); got.Body.String() != "connected" {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	if got := ask(h, "GET", configMapsPath+"/b/proxy", ""); got.Code != http.StatusForbidden || !strings.Contains(got.Body.String(), "the door is closed") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	want := []string{
		"admit CONNECT a/proxy *v1.PodProxyOptions", "validate CONNECT a/proxy *v1.PodProxyOptions",
		"admit CONNECT b/proxy *v1.PodProxyOptions", "validate CONNECT b/proxy *v1.PodProxyOptions",
	}
	if !slices.Equal(plugin.asked, want) {
		t.Errorf("asked %q, want %q", plugin.asked, want)
	}
}
