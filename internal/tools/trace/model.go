package trace

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Trace is the whole path of one request.
type Trace struct {
	ID      string  `json:"id"`
	Request Request `json:"request"`
	Hops    []Hop   `json:"hops"`
	// Etcd is the conversation that decided the request: the last write, or the last read where nothing was written. Every
	// conversation is also on its own hop. Nil: the request never came to etcd.
	Etcd *Etcd `json:"etcd,omitempty"`
	// Events are what a watch showed.
	Events []Event `json:"events,omitempty"`
}

// Event is one event of a watch on its way from etcd to the client: a hop for each layer that it passed.
type Event struct {
	Hops []Hop `json:"hops"`
}

// Request is what the client sent and the status that it got back.
type Request struct {
	Method     string `json:"method"`
	URL        string `json:"url"`
	Status     int    `json:"status"`
	DurationUS int64  `json:"duration_us"`
	// Body and Answer are bytes on the wire; 0: none or unknown.
	Body   int64 `json:"request_bytes,omitempty"`
	Answer int64 `json:"response_bytes,omitempty"`
}

// Hop is one call across a seam, in the order in which the request travels.
type Hop struct {
	Layer      string `json:"layer"`   // request, server, installer, rest, registry, storage, etcd3
	Chapter    int    `json:"chapter"` // the folder that Func stands in; 0: none
	Func       string `json:"func"`    // registry.(*Store).Create
	File       string `json:"file"`    // chapters/06-registry/create.go
	Line       int    `json:"line"`
	StartUS    int64  `json:"start_us"` // from the start of the request
	DurationUS int64  `json:"duration_us"`
	In         string `json:"in"`
	Out        string `json:"out"`
	Etcd       *Etcd  `json:"etcd,omitempty"`
	// Filters are the places of the chain whose filters changed the request, its context or its answer, in their order.
	Filters []string `json:"filters,omitempty"`

	// Depth counts the hops that this one is inside of.
	Depth int `json:"depth"`
	// path is File on this machine, for hyperlinks; empty where the trace came from another one.
	path string
}

// Etcd is one request to etcd and its answer.
type Etcd struct {
	Op          string   `json:"op"` // txn, range, put, delete
	Key         string   `json:"key"`
	RangeEnd    string   `json:"rangeEnd,omitempty"`
	Compare     []string `json:"compare,omitempty"` // mod(/registry/pods/default/x) = 0
	Then        []string `json:"then,omitempty"`
	Else        []string `json:"else,omitempty"`
	Succeeded   *bool    `json:"succeeded,omitempty"` // of a txn: whether Compare held
	Revision    int64    `json:"revision"`            // of the whole database, after the request
	ModRevision int64    `json:"modRevision"`         // of the key; 0: it does not exist
	Count       int64    `json:"count,omitempty"`     // keys in a range
	Bytes       int      `json:"bytes"`               // of the value written, or of all values read
	MediaType   string   `json:"mediaType,omitempty"`
	Value       any      `json:"value,omitempty"` // the value written or read, decoded
}

// write tells whether the conversation changed something.
func (e *Etcd) write() bool {
	return e.Op != "range" && (e.Succeeded == nil || *e.Succeeded)
}

// spanTree finds the spans around a span.
type spanTree map[trace.SpanID]sdktrace.ReadOnlySpan

// build makes a Trace of each request among the ended spans of one trace: of each that reached the server, or of the
// client's own view where the server was another process.
func build(spans []sdktrace.ReadOnlySpan) []Trace {
	tree := spanTree{}
	for _, s := range spans {
		tree[s.SpanContext().SpanID()] = s
	}
	served := slices.DeleteFunc(slices.Clone(spans), func(s sdktrace.ReadOnlySpan) bool {
		return s.SpanKind() != trace.SpanKindServer
	})
	if len(served) == 0 {
		served = slices.DeleteFunc(slices.Clone(spans), func(s sdktrace.ReadOnlySpan) bool { return s.Parent().IsValid() })
	}
	slices.SortFunc(served, byStart)
	traces := make([]Trace, len(served))
	for i, s := range served {
		traces[i] = tree.request(s, spans)
	}
	return traces
}

func byStart(a, b sdktrace.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) }

// request follows one request: the spans that its span is inside of, and those inside of it.
func (t spanTree) request(served sdktrace.ReadOnlySpan, spans []sdktrace.ReadOnlySpan) Trace {
	var hops []sdktrace.ReadOnlySpan
	spans, events := byEvent(spans)
	for _, s := range spans {
		if t.inside(s, served) || t.inside(served, s) {
			hops = append(hops, s)
		}
	}
	slices.SortFunc(hops, func(a, b sdktrace.ReadOnlySpan) int {
		return cmp.Or(cmp.Compare(t.depth(a), t.depth(b)), byStart(a, b))
	})
	slices.SortStableFunc(hops, byStart)

	out := Trace{ID: served.SpanContext().TraceID().String()}
	first := hops[0]
	for _, s := range hops {
		hop := t.hop(s, first.StartTime())
		out.Hops = append(out.Hops, hop)
		if e := hop.Etcd; e != nil && (out.Etcd == nil || e.write() || !out.Etcd.write()) {
			out.Etcd = e
		}
	}
	for _, passed := range events {
		slices.SortStableFunc(passed, byStart)
		if len(passed) > 0 && (t.inside(passed[0], served) || t.inside(passed[0], first)) {
			out.Events = append(out.Events, t.event(passed, first.StartTime()))
		}
	}
	out.Request = summary(first, served)
	return out
}

// inside tells whether s is outer or lies inside of it.
func (t spanTree) inside(s, outer sdktrace.ReadOnlySpan) bool {
	for ; s != nil; s = t[s.Parent().SpanID()] {
		if s.SpanContext().SpanID() == outer.SpanContext().SpanID() {
			return true
		}
	}
	return false
}

func (t spanTree) depth(s sdktrace.ReadOnlySpan) int {
	depth := 0
	for s = t[s.Parent().SpanID()]; s != nil; s = t[s.Parent().SpanID()] {
		depth++
	}
	return depth
}

func (t spanTree) hop(s sdktrace.ReadOnlySpan, start time.Time) Hop {
	attrs := attributes(s)
	path, chapter := relative(attrs[attrFile].AsString())
	h := Hop{
		Layer: attrs[attrLayer].AsString(), Chapter: chapter,
		Func: shortFunc(attrs[attrFunc].AsString()), File: path, Line: int(attrs[attrLine].AsInt64()), path: attrs[attrFile].AsString(),
		StartUS: s.StartTime().Sub(start).Microseconds(), DurationUS: s.EndTime().Sub(s.StartTime()).Microseconds(),
		In: attrs[attrIn].AsString(), Out: attrs[attrOut].AsString(), Depth: t.depth(s),
	}
	if s.SpanKind() == trace.SpanKindServer {
		h.Layer = "server"
		h.In = attrs[attrMethod].AsString() + " " + uri(attrs)
		h.Out = status(attrs)
		for _, e := range s.Events() {
			for _, a := range e.Attributes {
				if a.Key == attrFilter {
					h.Filters = append(h.Filters, a.Value.AsString())
				}
			}
		}
	}
	if text := attrs[attrEtcd].AsString(); text != "" {
		h.Etcd = &Etcd{}
		if json.Unmarshal([]byte(text), h.Etcd) != nil {
			h.Etcd = nil
		}
	}
	return h
}

// summary is the request as its client saw it, or else its server.
func summary(first, served sdktrace.ReadOnlySpan) Request {
	client, server := attributes(first), attributes(served)
	r := Request{
		Method: server[attrMethod].AsString(), URL: uri(server), Status: int(server[attrStatus].AsInt64()),
		DurationUS: first.EndTime().Sub(first.StartTime()).Microseconds(),
		Body:       client[attrSent].AsInt64(), Answer: client[attrReceived].AsInt64(),
	}
	if r.Method == "" {
		r.Method, r.Status = client[attrMethod].AsString(), int(client[attrStatus].AsInt64())
	}
	if full := client[attrURL].AsString(); full != "" {
		r.URL = full
	}
	return r
}

func attributes(s sdktrace.ReadOnlySpan) map[attribute.Key]attribute.Value {
	attrs := map[attribute.Key]attribute.Value{}
	for _, a := range s.Attributes() {
		attrs[a.Key] = a.Value
	}
	return attrs
}

func uri(attrs map[attribute.Key]attribute.Value) string {
	if query := attrs[attrQuery].AsString(); query != "" {
		return attrs[attrPath].AsString() + "?" + query
	}
	return attrs[attrPath].AsString()
}

func status(attrs map[attribute.Key]attribute.Value) string {
	code := int(attrs[attrStatus].AsInt64())
	return fmt.Sprintf("%d %s", code, http.StatusText(code))
}
