package server

import (
	"net/http"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

const traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

func TestARequestIsAChildOfItsClientsSpan(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	s := newServer(t, Config{TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))})
	var inside trace.SpanContext
	s.HandlePrefix("/api/v1/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inside = trace.SpanContextFromContext(r.Context())
		w.WriteHeader(http.StatusTeapot)
	}))
	askWith(s, "/api/v1/namespaces/n/pods/p/status?a=b", http.Header{"Traceparent": {traceParent}})
	if n := len(spans.Ended()); n != 1 {
		t.Fatalf("%d spans, want one", n)
	}
	span := spans.Ended()[0]
	if span.SpanContext().TraceID().String() != "0af7651916cd43dd8448eb211c80319c" || span.Parent().SpanID().String() != "b7ad6b7169203331" {
		t.Errorf("the span is %v below %v, not the client's child", span.SpanContext(), span.Parent())
	}
	if inside.SpanID() != span.SpanContext().SpanID() {
		t.Error("the handler's context has another span")
	}
	if span.Name() != "get pods/status" || span.SpanKind() != trace.SpanKindServer {
		t.Errorf("the span is a %v called %q", span.SpanKind(), span.Name())
	}
	got := map[attribute.Key]string{}
	for _, a := range span.Attributes() {
		got[a.Key] = a.Value.Emit()
	}
	for key, want := range map[attribute.Key]string{
		"http.request.method": "GET", "url.path": "/api/v1/namespaces/n/pods/p/status", "url.query": "a=b",
		"http.response.status_code": "418",
	} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
}

func TestAPanicIsSeenInTheSpan(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	s := newServer(t, Config{TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))})
	s.Handle("/panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("no") }))
	ask(s, "GET", "/panic")
	for _, a := range spans.Ended()[0].Attributes() {
		if a.Key == "http.response.status_code" && a.Value.AsInt64() == 500 {
			return
		}
	}
	t.Errorf("attributes: %v", spans.Ended()[0].Attributes())
}
