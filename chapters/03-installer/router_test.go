package installer

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"

	"github.com/emicklei/go-restful/v3"
)

// What go-restful's own router answers, ours answers: the same route, parameters and errors, but for the ServiceErrors
// of paths that belong to nobody.
func TestRouterAgreesWithCurlyRouter(t *testing.T) {
	t.Parallel()
	container, _ := testServer(t)
	services := container.RegisteredWebServices()
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
	headers := []http.Header{
		{},
		{"Accept": {"text/csv"}},
		{"Accept": {"text/csv, application/yaml;q=0.5"}},
		{"Accept": {"*/*"}},
		{"Accept": {"application/*"}},
		{"Accept": {wantAggregated + "," + "application/json"}},
		{"Content-Type": {"text/plain"}},
		{"Content-Type": {"application/merge-patch+json; charset=utf-8"}, "Accept": {"application/json"}},
	}
	router := &Router{}
	for _, path := range []string{
		"/", "/api", "/api/", "/api/v1", "/api/v2", "/apis", "/apis/", "/apis/apps", "/apis/apps/v1/", "/apis/apps/v9",
		"/api/v1/pods", "/api/v1/pods/", "/api/v1/pods/x", "/api/v1/namespaces", "/api/v1/namespaces/a",
		"/api/v1/namespaces/a/status", "/api/v1/namespaces/a/finalize", "/api/v1/namespaces/a/pods", "/api/v1/namespaces//pods",
		"/api/v1/namespaces/a/pods/x", "/api/v1/namespaces/a/pods/x/exec", "/api/v1/namespaces/a/pods/x/exec/y",
		"/api/v1/namespaces/a/pods/x/eviction", "/api/v1/namespaces/a/pods/x/nosuch", "/api/v1/namespaces/a/nosuch/x",
		"/api/v1/nodes/n/proxy", "/api/v1/nodes/n/proxy/", "/api/v1/nodes/n/proxy/a", "/api/v1/nodes/n/proxy/a//b/c/",
		"/api/v1/watch", "/api/v1/watch/pods", "/api/v1/watch/namespaces/a/pods", "/api/v1/watch/namespaces/a/pods/x",
		"/api/v1/namespaces/watch/pods", "/apis/apps/v1/namespaces/a/deployments/d/scale", "/apis/apps/v1/nosuch",
		"//api//v1", "/healthz", "/apis/nosuch.example.com", "/apis/nosuch.example.com/v1/things", "/apiserver",
	} {
		for _, method := range methods {
			for _, header := range headers {
				r := httptest.NewRequest(method, "http://server"+path, nil)
				r.Header = header
				want, got := selected(restful.CurlyRouter{}, services, r), selected(router, services, r)
				if want != got {
					t.Errorf("%s %s %v\n ours  %s\n curly %s", method, path, header, got, want)
				}
			}
		}
	}
}

func selected(router restful.RouteSelector, services []*restful.WebService, r *http.Request) string {
	ws, route, err := router.SelectRoute(services, r)
	if err != nil {
		e := err.(restful.ServiceError)
		if e.Message == noWebService {
			e.Message = "404: Page Not Found"
		}
		return fmt.Sprint(e.Code, e.Message)
	}
	return fmt.Sprint(ws.RootPath(), route, paramsOf(router, ws, route, r))
}

// paramsOf are the parameters that a handler will see.
func paramsOf(router restful.RouteSelector, ws *restful.WebService, route *restful.Route, r *http.Request) (params map[string]string) {
	one := *route
	one.Function = func(req *restful.Request, _ *restful.Response) { params = req.PathParameters() }
	c := restful.NewContainer()
	c.Router(fixed{router, ws, &one})
	if own, ok := router.(restful.PathProcessor); ok {
		c.Router(fixedWithParams{fixed{router, ws, &one}, own})
	}
	c.Dispatch(httptest.NewRecorder(), r)
	if params == nil {
		params = map[string]string{}
	}
	return params
}

type fixed struct {
	restful.RouteSelector
	ws    *restful.WebService
	route *restful.Route
}

func (f fixed) SelectRoute([]*restful.WebService, *http.Request) (*restful.WebService, *restful.Route, error) {
	return f.ws, f.route, nil
}

type fixedWithParams struct {
	fixed
	restful.PathProcessor
}

func TestRouterLeavesWhatIsNobodysToTheNextHandler(t *testing.T) {
	t.Parallel()
	container, _ := testServer(t)
	for path, code := range map[string]int{
		"/healthz": 418, "/apis/nosuch.example.com": 418, "/apis/apps.example.com/v1": 418, "/": 418, "/apiserver": 418,
		"/api/v2": 404, "/apis/apps/v9": 404, "/api/v1/nosuch": 404, "/apis/apps/v1/nosuch/x": 404, "/apis": 200,
	} {
		next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
		c := NewContainer(testCodecs(), next)
		for _, ws := range container.RegisteredWebServices() {
			c.Add(ws)
		}
		if got := ask(dispatched(c), "GET", path); got.Code != code {
			t.Errorf("%s: %d, want %d", path, got.Code, code)
		}
	}
}

func TestRouterSeesWebServicesThatComeAndGo(t *testing.T) {
	t.Parallel()
	codecs := testCodecs()
	container := NewContainer(codecs, nil)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					ask(dispatched(container), "GET", "/api/v1/pods")
				}
			}
		})
	}
	for range 20 {
		if got := ask(dispatched(container), "GET", "/api/v1/pods"); got.Code != 404 {
			t.Errorf("before: %d", got.Code)
		}
		if _, err := coreTable().InstallREST(container); err != nil {
			t.Fatal(err)
		}
		if got := ask(dispatched(container), "GET", "/api/v1/pods"); got.Code != 200 {
			t.Errorf("installed: %d", got.Code)
		}
		if err := container.Remove(container.RegisteredWebServices()[0]); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	wg.Wait()
}

func TestRouterGivesHandlersTheirParameters(t *testing.T) {
	t.Parallel()
	route := &restful.Route{Path: "/api/v1/namespaces/{namespace}/pods/{name}/proxy/{path:*}"}
	got := (&Router{}).ExtractParameters(route, nil, "/api/v1/namespaces/ns/pods/p/proxy/a/b")
	if want := map[string]string{"namespace": "ns", "name": "p", "path": "a/b"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// wideContainer has about as many routes in one WebService as the core group: 600.
func wideContainer(b testing.TB, router restful.RouteSelector) *restful.Container {
	b.Helper()
	g := coreTable()
	g.Resources = nil
	for i := range 36 {
		rows := podRows()
		for j := range rows {
			rows[j].Name = fmt.Sprintf("pods%d", i)
			rows[j].Kind.Kind = fmt.Sprintf("Pod%d", i)
		}
		g.Resources = append(g.Resources, rows...)
	}
	c := restful.NewContainer()
	c.Router(router)
	if _, err := g.InstallREST(c); err != nil {
		b.Fatal(err)
	}
	return c
}

func BenchmarkRoute(b *testing.B) {
	for _, row := range []struct {
		name   string
		router restful.RouteSelector
	}{{"CurlyRouter", restful.CurlyRouter{}}, {"Router", &Router{}}} {
		c := wideContainer(b, row.router)
		services := c.RegisteredWebServices()
		r := httptest.NewRequest("GET", "/api/v1/namespaces/default/pods15/nginx", nil)
		r.Header.Set("Accept", "application/json")
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := row.router.SelectRoute(services, r); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(row.name+"/dispatch", func(b *testing.B) {
			b.ReportAllocs()
			w := discard{}
			for b.Loop() {
				c.Dispatch(w, r)
			}
		})
		if i := len(services[0].Routes()); i < 550 || i > 650 {
			b.Fatalf("%d routes", i)
		}
	}
}

type discard struct{}

func (discard) Header() http.Header         { return nil }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}
