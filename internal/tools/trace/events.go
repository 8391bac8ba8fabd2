package trace

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	request "kubepath/chapters/01-request"
)

// attrEvent is the number of an event on its way back through a watch: 1 is the first. Each layer that it passes notes it.
const attrEvent = attribute.Key("kubepath.event")

// keepEvents is how many events of a watch are noted: it may last for hours.
const keepEvents = 20

// passing notes the events that pass a layer of one watch. A nil one notes nothing.
type passing struct {
	ctx    context.Context
	tracer trace.Tracer
	layer  string
	count  int
}

// passes begins to note events at a layer, if somebody records the watch.
func passes(ctx context.Context, layer string) *passing {
	span := trace.SpanFromContext(ctx)
	if !span.SpanContext().IsSampled() { // it may have ended: the call that opened the watch has returned
		return nil
	}
	return &passing{ctx: ctx, tracer: span.TracerProvider().Tracer(tracerName), layer: layer}
}

// note is called for each event, in their order.
func (p *passing) note(at Where, what string) {
	if p == nil || p.count >= keepEvents {
		return
	}
	p.count++
	_, span := p.tracer.Start(p.ctx, p.layer+" event", p.where(at), trace.WithAttributes(attrOut.String(what), attrEvent.Int(p.count)))
	span.End()
}

func (p *passing) where(at Where) trace.SpanStartEventOption {
	return trace.WithAttributes(attrLayer.String(p.layer), attrFunc.String(at.Func), attrFile.String(at.File), attrLine.Int(at.Line))
}

// noted is a watch whose events are noted as they pass.
type noted struct {
	watch.Interface
	events chan watch.Event
}

// note passes the events of w on. It is w itself where p is nil.
func note(w watch.Interface, p *passing, at func() Where) watch.Interface {
	if p == nil || w == nil {
		return w
	}
	n := &noted{Interface: w, events: make(chan watch.Event)}
	stopped := p.ctx.Done()
	go func() {
		defer close(n.events)
		for e := range w.ResultChan() {
			p.note(at(), eventText(e))
			select {
			case n.events <- e:
			case <-stopped:
				return
			}
		}
	}()
	return n
}

func (n *noted) ResultChan() <-chan watch.Event { return n.events }

func eventText(e watch.Event) string {
	if status, ok := e.Object.(*metav1.Status); ok {
		return fmt.Sprintf("%s %d %s", e.Type, status.Code, status.Reason)
	}
	return fmt.Sprintf("%s %s", e.Type, describe(e.Object))
}

// Watcher stands between the storage and etcd's watches. Replace a client's Watcher with it.
func Watcher(w clientv3.Watcher) clientv3.Watcher { return tracedWatcher{w} }

type tracedWatcher struct{ clientv3.Watcher }

func (t tracedWatcher) Watch(ctx context.Context, key string, opts ...clientv3.OpOption) clientv3.WatchChan {
	p := passes(ctx, "etcd")
	if p == nil {
		return t.Watcher.Watch(ctx, key, opts...)
	}
	op := clientv3.OpGet(key, opts...)
	at, text := caller(), "watch "+key
	if end := op.RangeBytes(); end != nil {
		text = fmt.Sprintf("watch %s to %s", key, end)
	}
	_, span := p.tracer.Start(ctx, "etcd "+at.Func, p.where(at), trace.WithAttributes(
		attrIn.String(fmt.Sprintf("%s, from revision %d", text, op.Rev()))))
	below := t.Watcher.Watch(ctx, key, opts...)
	(&hop{span}).end(nil, func() string { return "a stream of changes" })
	answers := make(chan clientv3.WatchResponse)
	go func() {
		defer close(answers)
		for answer := range below {
			for _, e := range answer.Events {
				p.note(at, changeText(e))
			}
			select {
			case answers <- answer:
			case <-ctx.Done():
				return
			}
		}
	}()
	return answers
}

// changeText says what etcd tells of a change.
func changeText(e *clientv3.Event) string {
	text := fmt.Sprintf("%s %s at revision %d", e.Type, e.Kv.Key, e.Kv.ModRevision)
	switch {
	case e.IsCreate():
		return text + ", which did not exist"
	case e.PrevKv != nil:
		return fmt.Sprintf("%s, before it revision %d", text, e.PrevKv.ModRevision)
	}
	return text
}

// Watch runs a watch of chapter 1 as the first hop of a trace, until it has seen so many events, or until the stream or
// ctx ends. opened is called when it has begun. It returns the trace's id.
func Watch(ctx context.Context, provider trace.TracerProvider, r *request.Request, events int, opened func()) (trace.TraceID, error) {
	at := method(r, "Watch")
	ctx, span := provider.Tracer(tracerName).Start(ctx, "request "+at.Func, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attrLayer.String("request"), attrFunc.String(at.Func), attrFile.String(at.File), attrLine.Int(at.Line)))
	h, id, seen := &hop{span}, span.SpanContext().TraceID(), 0
	w, err := r.Watch(ctx)
	if err != nil {
		h.end(err, nil)
		return id, err
	}
	defer w.Stop()
	opened()
	p := passes(ctx, "request")
	for seen < events {
		e, ok := <-w.ResultChan()
		if !ok {
			break
		}
		seen++
		p.note(at, eventText(e))
	}
	h.end(nil, func() string { return fmt.Sprintf("%d events", seen) })
	return id, nil
}

// byEvent takes the spans of events out of a trace's.
func byEvent(spans []sdktrace.ReadOnlySpan) (calls []sdktrace.ReadOnlySpan, events [][]sdktrace.ReadOnlySpan) {
	for _, s := range spans {
		n := int(attributes(s)[attrEvent].AsInt64())
		if n == 0 {
			calls = append(calls, s)
			continue
		}
		for len(events) < n {
			events = append(events, nil)
		}
		events[n-1] = append(events[n-1], s)
	}
	return calls, events
}

// event is the way of one event from etcd to the client; the times count from the first layer that it passed.
func (t spanTree) event(spans []sdktrace.ReadOnlySpan, start time.Time) Event {
	var e Event
	for _, s := range spans {
		e.Hops = append(e.Hops, t.hop(s, start))
	}
	return e
}
