package server

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	"kubepath/internal/demo"
)

// demoLimit is low enough to exceed it, and high enough for kubectl.
const demoLimit = 10

// Demo shows the chain, sends requests over a real connection, and shuts the server down while a request is open.
func Demo(ctx context.Context, s *demo.Stage) error {
	d := &demonstration{Stage: s, hold: make(chan struct{}), inside: make(chan struct{}), spans: make(spanKeeper, 64)}
	if err := d.start(ctx); err != nil {
		return err
	}
	defer d.stop()
	d.showChain()
	d.showPaths()
	d.showOverload()
	d.showPanic()
	d.showTrace(ctx)
	if s.Serve {
		d.showTry()
		<-ctx.Done()
	}
	return d.showShutdown()
}

// demonstration is a server with paths that block or panic.
type demonstration struct {
	*demo.Stage
	server *GenericAPIServer
	url    string
	spans  spanKeeper
	hold   chan struct{} // the requests to /demo/hold wait for it
	inside chan struct{} // receives when a request to /demo/hold is in its handler
	stop   context.CancelFunc
	done   chan error
}

func (d *demonstration) start(ctx context.Context) (err error) {
	d.server, err = Config{
		Version:             version.Info{Major: "1", Minor: "36", GitVersion: "v1.36.0+kubepath"},
		MaxRequestsInFlight: demoLimit,
		Verbs:               append(rest.Verbs(), watchRows()...),
		TracerProvider:      sdktrace.NewTracerProvider(sdktrace.WithSyncer(d.spans)),
		ErrorLog:            slog.New(slog.DiscardHandler),
	}.New()
	if err != nil {
		return err
	}
	d.server.Handle("/demo/hold", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		d.inside <- struct{}{}
		<-d.hold
		io.WriteString(w, "done in peace")
	}))
	d.server.Handle("/demo/panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") }))
	if err := d.server.InstallLegacyAPIGroup(demoGroup()); err != nil {
		return err
	}
	listener, err := ListenLoopback(0)
	if err != nil {
		return err
	}
	d.url, d.done = "http://"+listener.Addr().String(), make(chan error, 1)
	// The demo shuts the server down itself.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	go func() { d.done <- d.server.Run(running, listener) }()
	return nil
}

// demoGroup returns the group version v1 with configmaps in memory: the Store of chapter 6 with the storage of chapter
// 5.
func demoGroup() *APIGroupInfo {
	v1, newFunc := corev1.SchemeGroupVersion, func() runtime.Object { return &corev1.ConfigMap{} }
	store := &registry.Store{
		Kind:     v1.WithKind("ConfigMap"),
		Resource: schema.GroupResource{Resource: "configmaps"},
		Singular: "configmap", Short: []string{"cm"},
		NewFunc:  newFunc,
		Storage:  memory.Open(memory.Config{NewFunc: newFunc, Resource: "/configmaps"}),
		Strategy: registry.Namespaced{},
	}
	return &APIGroupInfo{
		PrioritizedVersions:          []schema.GroupVersion{v1},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"configmaps": store}},
	}
}

// spanKeeper keeps the first spans that end.
type spanKeeper chan sdktrace.ReadOnlySpan

// ExportSpans implements sdktrace.SpanExporter.
func (k spanKeeper) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	for _, span := range spans {
		select {
		case k <- span:
		default: // full: the demo needs no more spans
		}
	}
	return nil
}

// Shutdown implements sdktrace.SpanExporter.
func (k spanKeeper) Shutdown(context.Context) error { return nil }

// ask sends a request and returns the response and its body, in one line.
func (d *demonstration) ask(method, path string, header http.Header) (answer *http.Response, body string) {
	request, err := http.NewRequest(method, d.url+path, nil)
	if err != nil {
		return &http.Response{Status: err.Error()}, ""
	}
	request.Header = header
	// Each request uses a new connection, so that no connection is left open.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err = client.Do(request)
	if err != nil {
		return &http.Response{Status: err.Error()}, ""
	}
	defer answer.Body.Close()
	data, _ := io.ReadAll(answer.Body) // an incomplete body is shown too
	return answer, strings.TrimSpace(string(data))
}

// watchRows has the verb watch of chapter 9 for the RequestInfo. No storage of the demo supports it.
func watchRows() []rest.Verb {
	row := rest.Verb{
		Verb:      installer.Verb{Name: "watch", Methods: []string{http.MethodGet}, When: installer.WantsWatch, ReadOnly: true, LongRunning: true},
		Supported: func(rest.Storage) bool { return false },
	}
	old := row
	old.When, old.Prefix = nil, "watch"
	return []rest.Verb{row, old}
}

func (d *demonstration) showChain() {
	d.Title("What a request meets on its way to the API, in this order")
	for i, f := range d.server.HandlerChain() {
		empty := ""
		if f.Filter == nil {
			empty = " (empty)"
		}
		d.Show("%2d %-15s %s%s", i+1, f.Name, f.Purpose, empty)
	}
	d.Say("Authentication to authorization are for chapter 14. Behind it all: the API.")
}

func (d *demonstration) showPaths() {
	d.Title("Paths beside the API, and paths that are nobody's")
	_, health := d.ask("GET", "/readyz?verbose", nil)
	d.Show("GET /readyz?verbose:")
	d.Show("    %s", strings.ReplaceAll(health, "\n", ", "))
	_, text := d.ask("GET", "/version", nil)
	var version struct{ GitVersion string }
	if json.Unmarshal([]byte(text), &version) == nil {
		d.Show("GET /version: %s", version.GitVersion)
	}
	answer, page := d.ask("GET", "/apis/nosuch.example.com", nil)
	d.Show("GET /apis/nosuch.example.com: %d %q", answer.StatusCode, page)
	d.showStatus("GET", "/api/v1/nosuchresources")
	d.showStatus("DELETE", "/version")
	d.Say("What is nobody's is refused in plain text, what is the API's with a Status.")
}

// showStatus sends a request that fails, and shows the Status.
func (d *demonstration) showStatus(method, path string) {
	answer, body := d.ask(method, path, nil)
	var status metav1.Status
	if json.Unmarshal([]byte(body), &status) != nil {
		status.Message = body
	}
	d.Show("%s %s: %d %s\n    %s", method, path, answer.StatusCode, status.Reason, status.Message)
}

// heldRequest is a request that stays open until the hold is released.
func (d *demonstration) heldRequest() (answered <-chan string) {
	said := make(chan string, 1)
	go func() {
		_, body := d.ask("GET", "/demo/hold", nil)
		said <- body
	}()
	<-d.inside
	return said
}

func (d *demonstration) showOverload() {
	d.Title("One request too many (MaxRequestsInFlight is %d here, else 400)", demoLimit)
	var held []<-chan string
	for range demoLimit {
		held = append(held, d.heldRequest())
	}
	answer, body := d.ask("GET", "/api/v1/configmaps", nil)
	d.Show("%d reads are held open; another one: %d, Retry-After: %s\n    %s",
		demoLimit, answer.StatusCode, answer.Header.Get("Retry-After"), body)
	answer, _ = d.ask("GET", "/api/v1/configmaps?watch=1", nil)
	d.Show("a watch is long-running and does not count: %d,\n    from the API itself, which has no watches before chapter 9", answer.StatusCode)
	for _, answered := range held {
		d.hold <- struct{}{}
		<-answered
	}
	answer, _ = d.ask("GET", "/api/v1/configmaps", nil)
	d.Show("when they are done: %d", answer.StatusCode)
}

func (d *demonstration) showPanic() {
	d.Title("A handler panics")
	d.showStatus("GET", "/demo/panic")
	answer, _ := d.ask("GET", "/livez", nil)
	d.Show("GET /livez: %d. The server lives; the stack is in its log.", answer.StatusCode)
}

func (d *demonstration) showTrace(ctx context.Context) {
	d.Title("The client's trace goes on in the server")
	const parent = "b7ad6b7169203331"
	header := "00-0af7651916cd43dd8448eb211c80319c-" + parent + "-01"
	answer, _ := d.ask("GET", "/api/v1/configmaps", http.Header{"Traceparent": {header}})
	d.Show("traceparent: %s", header)
	if span := d.childOf(ctx, parent); span != nil {
		d.Show("span %q: trace %s\n    child of %s, took %v", span.Name(), span.SpanContext().TraceID(),
			span.Parent().SpanID(), span.EndTime().Sub(span.StartTime()).Round(time.Microsecond))
	}
	d.Show("Audit-Id: %s", answer.Header.Get("Audit-Id"))
}

// childOf waits for the span whose parent has the id: it ends shortly after the client has its response.
func (d *demonstration) childOf(ctx context.Context, parent string) sdktrace.ReadOnlySpan {
	for {
		select {
		case span := <-d.spans:
			if span.Parent().SpanID().String() == parent {
				return span
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func (d *demonstration) showTry() {
	d.Title("The server stays up at %s; try", d.url)
	d.Show("curl -i '%s/readyz?verbose'", d.url)
	d.Show("curl -s %s/metrics | grep ^apiserver_request_total", d.url)
	d.Show("curl -i '%s/api/v1/configmaps?timeout=soon'", d.url)
	d.Show("kubectl --server %s create configmap a --from-literal k=v", d.url)
	d.Show("kubectl --server %s get configmaps", d.url)
}

func (d *demonstration) showShutdown() error {
	d.Title("The end, with a request under way")
	held := d.heldRequest()
	d.stop()
	<-d.server.open.watching.Done() // shutdown has begun
	d.Show("new requests: refused; the one under way: the server waits")
	d.hold <- struct{}{}
	d.Show("it was answered: %q", <-held)
	err := <-d.done
	d.Show("Run returned %v: hooks have run, storages are closed.", err)
	return err
}
