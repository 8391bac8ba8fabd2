package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"

	"kubepath/internal/demo"
)

// demoLimit is few enough to be exceeded on purpose, and enough for kubectl.
const demoLimit = 10

// Demo shows the chain, sends requests through it over a real connection, and ends the server with a request under way.
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

// demonstration is a server with a few paths that misbehave on request.
type demonstration struct {
	*demo.Stage
	server *GenericAPIServer
	url    string
	spans  spanKeeper
	hold   chan struct{} // what the requests to /demo/hold wait for
	inside chan struct{} // one is there
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
	// The demo ends the server itself, after it has shown how.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	go func() { d.done <- d.server.Run(running, listener) }()
	return nil
}

// demoGroup is v1 with configmaps in memory: the Store of chapter 6 over the storage of chapter 5.
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
		default: // full: the demo has seen what it wants to show
		}
	}
	return nil
}

// Shutdown implements sdktrace.SpanExporter.
func (k spanKeeper) Shutdown(context.Context) error { return nil }

// ask sends a request and returns the answer with its body, in one line.
func (d *demonstration) ask(method, path string, header http.Header) (answer *http.Response, body string) {
	request, err := http.NewRequest(method, d.url+path, nil)
	if err != nil {
		return &http.Response{Status: err.Error()}, ""
	}
	request.Header = header
	// A connection for each request: none is left behind.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err = client.Do(request)
	if err != nil {
		return &http.Response{Status: err.Error()}, ""
	}
	defer answer.Body.Close()
	data, _ := io.ReadAll(answer.Body) // what was read is shown
	return answer, strings.TrimSpace(string(data))
}

// watchRows are what chapter 9 will say of watches, as far as the chain asks: no storage has them yet.
func watchRows() []rest.Verb {
	row := rest.Verb{
		Verb:      installer.Verb{Name: "watch", Methods: []string{http.MethodGet}, When: installer.WantsWatch, ReadOnly: true, LongRunning: true},
		Supported: func(rest.Storage) bool { return false },
	}
	old := row
	old.When, old.Prefix = nil, "watch"
	return []rest.Verb{row, old}
}
