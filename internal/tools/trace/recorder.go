package trace

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/time/rate"
)

// Recorder keeps the spans of the last traces. The zero value keeps 100. It is an OpenTelemetry span processor.
type Recorder struct {
	Keep     int // traces; 0: 100, less: none
	MaxBytes int // of all traces, roughly; 0: MaxBytes. The oldest go first, and one that is larger by itself is not kept.
	// Ignore is a path whose requests are not kept: where the traces themselves are asked for.
	Ignore string

	mu      sync.Mutex
	records map[trace.TraceID]*record
	order   []trace.TraceID // oldest first
	bytes   int             // of all records
	quiet   chan struct{}   // closed and replaced whenever a span ends
}

// MaxBytes is what a Recorder keeps at most, unless it is told otherwise: a span holds the stored objects of its request.
const MaxBytes = 32 << 20

// record is one trace that is being made: its spans that ended, and how many are still open.
type record struct {
	spans []sdktrace.ReadOnlySpan
	open  int
	bytes int  // of the spans
	large bool // larger than all may be: its spans are not kept
}

var _ sdktrace.SpanProcessor = (*Recorder)(nil)

// Provider makes the spans that the recorder keeps: of every trace if perSecond is 0, else of so many a second, and of
// those that a client asks for.
func (r *Recorder) Provider(perSecond float64, also ...sdktrace.SpanProcessor) *sdktrace.TracerProvider {
	var options []sdktrace.TracerProviderOption
	if r.Keep >= 0 {
		options = append(options, sdktrace.WithSpanProcessor(r))
	}
	for _, processor := range also {
		options = append(options, sdktrace.WithSpanProcessor(processor))
	}
	if perSecond > 0 {
		limit := limited{rate.NewLimiter(rate.Limit(perSecond), int(perSecond)+1)}
		options = append(options, sdktrace.WithSampler(sdktrace.ParentBased(limit)))
	}
	return sdktrace.NewTracerProvider(options...)
}

// limited samples so many traces a second, so that under load hardly any request pays for its trace.
type limited struct{ *rate.Limiter }

func (l limited) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	decision := sdktrace.Drop
	if l.Allow() {
		decision = sdktrace.RecordAndSample
	}
	return sdktrace.SamplingResult{Decision: decision, Tracestate: trace.SpanContextFromContext(p.ParentContext).TraceState()}
}

func (l limited) Description() string { return "a limited number of traces a second" }

// OnStart counts the span, and notes where it was started if nobody said where it stands. The span of a server stands
// where the server calls its chain.
func (r *Recorder) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	if !slices.ContainsFunc(s.Attributes(), func(a attribute.KeyValue) bool { return a.Key == attrFunc }) {
		at := chain
		if s.SpanKind() != trace.SpanKindServer {
			at = caller()
		}
		s.SetAttributes(attrFunc.String(at.Func), attrFile.String(at.File), attrLine.Int(at.Line))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id := s.SpanContext().TraceID()
	if r.records[id] == nil {
		r.add(id)
	}
	r.records[id].open++
}

// add makes room for a new trace.
func (r *Recorder) add(id trace.TraceID) {
	if r.records == nil {
		r.records, r.quiet = map[trace.TraceID]*record{}, make(chan struct{})
	}
	keep := r.Keep
	if keep == 0 {
		keep = 100
	}
	for len(r.order) >= keep {
		r.forget(r.order[0])
	}
	r.records[id] = &record{}
	r.order = append(r.order, id)
}

// OnEnd keeps the span.
func (r *Recorder) OnEnd(s sdktrace.ReadOnlySpan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	record := r.records[s.SpanContext().TraceID()]
	if record == nil {
		return // a trace that has been pushed out
	}
	record.open--
	r.keep(record, s)
	if r.Ignore != "" && s.SpanKind() == trace.SpanKindServer && attributes(s)[attrPath].AsString() == r.Ignore {
		r.forget(s.SpanContext().TraceID())
	}
	close(r.quiet)
	r.quiet = make(chan struct{})
}

// keep adds a span to its record, and makes room for it.
func (r *Recorder) keep(to *record, s sdktrace.ReadOnlySpan) {
	if to.large {
		return
	}
	most := cmp.Or(r.MaxBytes, MaxBytes)
	size := sizeOf(s)
	if to.bytes+size > most {
		r.bytes -= to.bytes
		to.spans, to.bytes, to.large = nil, 0, true
		return
	}
	to.spans, to.bytes, r.bytes = append(to.spans, s), to.bytes+size, r.bytes+size
	for r.bytes > most {
		oldest := slices.IndexFunc(r.order, func(id trace.TraceID) bool { return r.records[id] != to && r.records[id].bytes > 0 })
		r.forget(r.order[oldest])
	}
}

// sizeOf is roughly what a span holds in memory: itself, and the text that tells what went through.
func sizeOf(s sdktrace.ReadOnlySpan) int {
	size := 1 << 10
	for _, a := range s.Attributes() {
		size += len(a.Value.AsString())
	}
	return size
}

func (r *Recorder) forget(id trace.TraceID) {
	if gone := r.records[id]; gone != nil {
		r.bytes -= gone.bytes
	}
	delete(r.records, id)
	r.order = slices.DeleteFunc(r.order, func(other trace.TraceID) bool { return other == id })
}

// Shutdown and ForceFlush have nothing to do.
func (r *Recorder) Shutdown(context.Context) error   { return nil }
func (r *Recorder) ForceFlush(context.Context) error { return nil }

// Wait returns when every span of the trace has ended, or ctx has: a server's spans end a little after its client
// has the answer.
func (r *Recorder) Wait(ctx context.Context, id trace.TraceID) {
	r.wait(ctx, func() bool { return r.records[id] == nil || r.records[id].open == 0 })
}

// WaitAll waits for the spans of all traces.
func (r *Recorder) WaitAll(ctx context.Context) {
	r.wait(ctx, func() bool {
		for _, record := range r.records {
			if record.open > 0 {
				return false
			}
		}
		return true
	})
}

func (r *Recorder) wait(ctx context.Context, done func() bool) {
	for {
		r.mu.Lock()
		finished, quiet := done(), r.quiet
		r.mu.Unlock()
		if finished {
			return
		}
		select {
		case <-quiet:
		case <-ctx.Done():
			return
		}
	}
}

// Trace returns the requests of one trace.
func (r *Recorder) Trace(id trace.TraceID) []Trace {
	r.mu.Lock()
	var spans []sdktrace.ReadOnlySpan
	if record := r.records[id]; record != nil {
		spans = slices.Clone(record.spans)
	}
	r.mu.Unlock()
	return build(spans)
}

// Last returns the last n requests that have ended, oldest first; n 0: all.
func (r *Recorder) Last(n int) []Trace {
	r.mu.Lock()
	ids := slices.Clone(r.order)
	r.mu.Unlock()
	traces := []Trace{}
	for _, id := range slices.Backward(ids) {
		requests := r.Trace(id)
		slices.Reverse(requests)
		traces = append(traces, requests...)
		if n > 0 && len(traces) >= n {
			traces = traces[:n]
			break
		}
	}
	slices.Reverse(traces)
	return traces
}

// Serve tells the traces that a recorder keeps, as a JSON list: ?id= those of one trace id, ?last= of the last n, or all.
func Serve(r *Recorder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		traces, err := asked(r, req)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(traces) // the client is gone if this fails
	})
}

func asked(r *Recorder, req *http.Request) ([]Trace, error) {
	query := req.URL.Query()
	if text := query.Get("id"); text != "" {
		id, err := trace.TraceIDFromHex(text)
		if err != nil {
			return nil, fmt.Errorf("id: %w", err)
		}
		r.Wait(req.Context(), id)
		return r.Trace(id), nil
	}
	if text := query.Get("last"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("last: %q is not a number of traces", text)
		}
		return r.Last(n), nil
	}
	return r.Last(0), nil
}

// Parse reads what Serve answers.
func Parse(data []byte) ([]Trace, error) {
	var traces []Trace
	err := json.Unmarshal(data, &traces)
	return traces, err
}

// Join puts a server's view of a request into its client's. The two clocks differ, so the server's hops are laid in the
// middle of the client's time.
func Join(client, server Trace) Trace {
	joined := client
	joined.Etcd = server.Etcd
	shift := max(client.Request.DurationUS-server.Request.DurationUS, 0) / 2
	for _, h := range server.Hops {
		h.StartUS += shift
		h.Depth += len(client.Hops)
		joined.Hops = append(joined.Hops, h)
	}
	joined.Events = nil
	for i := range min(len(server.Events), len(client.Events)) { // what the client has not read any more, it has not seen
		e := server.Events[i]
		for j := range e.Hops {
			e.Hops[j].StartUS += shift
		}
		joined.Events = append(joined.Events, Event{Hops: append(e.Hops, client.Events[i].Hops...)})
	}
	return joined
}
