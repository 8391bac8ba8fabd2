package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	oteltrace "go.opentelemetry.io/otel/trace"

	request "kubepath/chapters/01-request"
	server "kubepath/chapters/08-server"
	"kubepath/internal/tools/trace"
)

// settle is how long trace waits for spans that are still open when the client has its answer.
const settle = 2 * time.Second

// traceCall makes one request and shows its path: through a server of its own, or through a running one.
func (f *traceFlags) traceCall(c *cobra.Command, made call) error {
	traces, failed, err := f.follow(c.Context(), made)
	if err != nil {
		return err
	}
	if err := f.show(c, traces); err != nil {
		return err
	}
	return failed // the answer was an error: the path is shown all the same
}

// follow returns the request's path, and the error that was its answer.
func (f *traceFlags) follow(ctx context.Context, made call) (traces []trace.Trace, failed, err error) {
	if f.server != "" {
		return f.followThere(ctx, made)
	}
	var o options
	flush, err := f.exportTo(ctx, &o)
	if err != nil {
		return nil, nil, err
	}
	o.rival = &atomic.Bool{}
	err = withServer(ctx, o, func(a *apiServer, url string) error {
		client, err := newClient(&request.Config{Host: url}, made)
		if err != nil {
			return err
		}
		if err := made.prepare(ctx, client); err != nil {
			return err
		}
		o.rival.Store(f.patch.race)
		var id oteltrace.TraceID
		id, failed = f.do(ctx, a.provider, client, made)
		waiting, cancel := context.WithTimeout(ctx, settle)
		defer cancel()
		a.recorder.Wait(waiting, id)
		traces = a.recorder.Trace(id)
		return flush()
	})
	return traces, failed, err
}

// do sends the request as the first hop of a trace.
func (f *traceFlags) do(ctx context.Context, provider oteltrace.TracerProvider, client request.Interface, made call) (oteltrace.TraceID, error) {
	if made.verb == "watch" {
		return f.watch.do(ctx, provider, client, made)
	}
	result, id := trace.Do(ctx, provider, made.chain(client))
	return id, result.Error()
}

// newClient is chapter 1's client for the call's group version, with the trace's context on every request.
func newClient(config *request.Config, made call) (*request.RESTClient, error) {
	config.GroupVersion = made.row.Kind.GroupVersion()
	config.WrapTransport = transport
	config.QPS = -1
	return request.RESTClientFor(config)
}

// withServer runs a server of its own for as long as use takes, on a loopback port.
func withServer(ctx context.Context, o options, use func(a *apiServer, url string) error) error {
	a, err := newAPIServer(ctx, o)
	if err != nil {
		return err
	}
	listener, err := server.ListenLoopback(0)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, listener) }()
	err = use(a, "http://"+listener.Addr().String())
	stop()
	return errors.Join(err, <-ended, a.Close())
}

// followThere sends the request to a running server, and asks it for its part of the path.
func (f *traceFlags) followThere(ctx context.Context, made call) (traces []trace.Trace, failed, err error) {
	config, err := f.remote()
	if err != nil {
		return nil, nil, err
	}
	client, err := newClient(config, made)
	if err != nil {
		return nil, nil, err
	}
	recorder := &trace.Recorder{}
	f.watch.others = true
	id, failed := f.do(ctx, recorder.Provider(0), client, made)
	traces = recorder.Trace(id)
	served, err := fetchTraces(ctx, client, "id", id.String())
	if err != nil || len(served) == 0 || len(traces) == 0 {
		return traces, failed, nil // a server that keeps no traces: only the client's side is known
	}
	return []trace.Trace{trace.Join(traces[0], served[0])}, failed, nil
}

// remote is how to reach the running server.
func (f *traceFlags) remote() (*request.Config, error) {
	if f.server != "" {
		return &request.Config{Host: f.server}, nil
	}
	config, err := request.LoadKubeconfig("", "")
	if err != nil {
		return nil, hintError{err, "--server names a server that kubepath serve runs"}
	}
	return config, nil
}

// showLast shows what a running server answered last.
func (f *traceFlags) showLast(c *cobra.Command) error {
	config, err := f.remote()
	if err != nil {
		return err
	}
	client, err := request.RESTClientFor(config)
	if err != nil {
		return err
	}
	traces, err := fetchTraces(c.Context(), client, "last", fmt.Sprint(f.last))
	if err != nil {
		return hintError{err, "the traces are kept by kubepath serve"}
	}
	return f.show(c, traces)
}

// fetchTraces asks a server for traces that it keeps.
func fetchTraces(ctx context.Context, client request.Interface, param, value string) ([]trace.Trace, error) {
	raw, err := client.Get().AbsPath(tracesPath).Param(param, value).Do(ctx).Raw()
	if err != nil {
		return nil, err
	}
	return trace.Parse(raw)
}

// tracesPath is where a server tells its last traces.
const tracesPath = "/debug/kubepath/traces"

// transport is chapter 1's seam: the trace's own wrapper, around the learner's.
func transport(next http.RoundTripper) http.RoundTripper {
	if p := exercisePlug().Transport; p != nil {
		next = trace.RoundTripper(p(next))
	}
	return trace.Transport(next)
}
