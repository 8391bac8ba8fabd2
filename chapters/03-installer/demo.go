package installer

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"

	"github.com/emicklei/go-restful/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	"kubepath/internal/demo"
)

// Demo installs pods and shows the path and the handler of each verb, and the source line that connects them.
func Demo(ctx context.Context, s *demo.Stage) error {
	stage := &demonstration{Stage: s}
	container, err := stage.install()
	if err != nil {
		return err
	}
	stage.requests(container)
	stage.infos()
	if err := stage.discovery(container); err != nil {
		return err
	}
	if s.Serve {
		return stage.serve(ctx, container)
	}
	return nil
}

// demonstration records the actions that its middleware saw.
type demonstration struct {
	*demo.Stage
	place string  // file:line of the function that connects a path with its handler
	last  *Action // the action of the last request
}

// observe is a Middleware.
func (d *demonstration) observe(a *Action, next http.Handler) http.Handler {
	added := runtime.FuncForPC(reflect.ValueOf(a.AddedBy).Pointer())
	file, line := added.FileLine(added.Entry())
	d.place = fmt.Sprintf("chapters/%s/%s:%d", filepath.Base(filepath.Dir(file)), filepath.Base(file), line)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.last = a
		next.ServeHTTP(w, r)
	})
}

func (d *demonstration) install() (*restful.Container, error) {
	codecs := kinds.NewCodecs(apiruntime.NewScheme())
	container := NewContainer(codecs, nil)
	pods := &APIGroupVersion{
		Root: "/api", GroupVersion: corev1.SchemeGroupVersion, Resources: podRows(), Codecs: codecs,
		Middleware: []Middleware{d.observe},
	}
	actions, err := pods.InstallREST(container)
	if err != nil {
		return nil, err
	}
	d.Title("a table of actions: verb, method, path below /api/v1, function")
	for i := range actions {
		a := &actions[i]
		d.Show("%-16s %-6s %-40s %s", a.Name, a.Method, a.Path, functionName(a.Handler))
	}
	discovery := &Discovery{Codecs: codecs}
	discovery.AddGroupVersion(pods.Discovery())
	container.Add(discovery.WebService("/api"))
	routes := len(container.RegisteredWebServices()[0].Routes()) - 1
	d.Say("%d actions are %d routes: list and watch share a route, ?watch decides.", len(actions), routes)
	d.Say("Each of these paths met its function at %s.", d.place)
	return container, nil
}

// functionName returns the name of a handler's function, without its package.
func functionName(h http.Handler) string {
	name := runtime.FuncForPC(reflect.ValueOf(h).Pointer()).Name()
	return name[strings.LastIndex(name, ".")+1:]
}

func (d *demonstration) requests(container *restful.Container) {
	d.Title("requests, and the operation that each came to")
	for _, request := range []string{
		"GET /api/v1/namespaces/ns/pods/a",
		"GET /api/v1/pods",
		"GET /api/v1/pods?watch=true",
		"POST /api/v1/namespaces/ns/pods/a/exec",
		"PUT /api/v1/namespaces/ns/pods",
		"GET /api/v1/namespaces/ns/nosuch",
	} {
		d.last = nil
		method, url, _ := strings.Cut(request, " ")
		w := httptest.NewRecorder()
		container.Dispatch(w, httptest.NewRequest(method, url, nil))
		d.Show("%-38s %s", request, d.outcome(w))
	}
	d.Say("The last two match no action, so the router answers, with a Status.")
}

// outcome returns the operation id of the last request, or the Status of its response.
func (d *demonstration) outcome(w *httptest.ResponseRecorder) string {
	var status metav1.Status
	switch {
	case d.last != nil && d.last.When != nil:
		return d.last.Operation + " (" + d.last.Name + ")"
	case d.last != nil:
		return d.last.Operation
	case json.Unmarshal(w.Body.Bytes(), &status) != nil:
		return w.Body.String()
	default:
		return fmt.Sprintf("%d %s", status.Code, status.Reason)
	}
}

func (d *demonstration) infos() {
	d.Title("the same paths read without a table, for the filters before it")
	infos := demoInfos()
	for _, request := range []string{
		"GET /api/v1/namespaces/ns/pods/a/status",
		"GET /api/v1/watch/namespaces/ns/pods",
		"GET /api/v1/pods?fieldSelector=metadata.name=a",
		"PUT /api/v1/namespaces/ns/finalize",
		"DELETE /apis/apps/v1/deployments",
		"GET /healthz",
	} {
		method, url, _ := strings.Cut(request, " ")
		info, err := infos.NewRequestInfo(httptest.NewRequest(method, url, nil))
		if err != nil {
			d.Show("%s: %v", request, err)
			continue
		}
		d.Show("%-40s %s", request, sentence(info))
	}
	d.Say("Authorization and metrics know requests by these words alone.")
}

// sentence returns an info in words: get pods/status a in ns.
func sentence(info *RequestInfo) string {
	if !info.IsResourceRequest {
		return info.Verb + ", and no resource"
	}
	words := []string{info.Verb, (&Resource{Name: info.Resource, Subresource: info.Subresource}).String()}
	if info.Name != "" {
		words = append(words, info.Name)
	}
	if info.Namespace != "" {
		words = append(words, "in", info.Namespace)
	}
	return strings.Join(words, " ")
}

func (d *demonstration) discovery(container *restful.Container) error {
	d.Title("discovery, out of the same table")
	w := httptest.NewRecorder()
	container.Dispatch(w, httptest.NewRequest(http.MethodGet, "/api/v1", nil))
	var list metav1.APIResourceList
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
		return err
	}
	for _, r := range list.APIResources {
		d.Show("%-12s %s", r.Name, strings.Join(r.Verbs, " "))
	}
	r := httptest.NewRequest(http.MethodGet, "/api", nil)
	r.Header.Set("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
	w = httptest.NewRecorder()
	container.Dispatch(w, r)
	d.Say("kubectl asks for all groups at once: GET /api as APIGroupDiscoveryList begins")
	d.Show("%.70s...", w.Body)
	d.Show("ETag: %.24s...\"", w.Header().Get("ETag"))
	d.Say("and the next time gets 304 Not Modified.")
	return nil
}

func (d *demonstration) serve(ctx context.Context, container *restful.Container) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: container}
	context.AfterFunc(ctx, func() { server.Close() })
	d.Title("serving until you stop it")
	for _, path := range []string{"/api/v1", "/api/v1/namespaces/default/pods/nginx", "/api/v1/pods?watch=1", "/api/v1/nosuch"} {
		d.Show("curl 'http://%s%s'", listener.Addr(), path)
	}
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}
