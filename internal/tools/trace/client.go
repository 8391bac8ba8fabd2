package trace

import (
	"context"
	"fmt"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	request "kubepath/chapters/01-request"
)

// The HTTP attributes that a request's summary is made from: OpenTelemetry's own names.
const (
	attrMethod   = attribute.Key("http.request.method")
	attrURL      = attribute.Key("url.full")
	attrPath     = attribute.Key("url.path")
	attrQuery    = attribute.Key("url.query")
	attrStatus   = attribute.Key("http.response.status_code")
	attrSent     = attribute.Key("http.request.body.size")
	attrReceived = attribute.Key("http.response.body.size")
)

// Do runs a request of chapter 1 as the first hop of a trace and returns the trace's id.
func Do(ctx context.Context, provider trace.TracerProvider, r *request.Request) (request.Result, trace.TraceID) {
	at := method(r, "Do")
	ctx, span := provider.Tracer(tracerName).Start(ctx, "request "+at.Func, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attrLayer.String("request"), attrFunc.String(at.Func), attrFile.String(at.File), attrLine.Int(at.Line)))
	result := r.Do(ctx)
	h := &hop{span}
	h.end(result.Error(), func() string {
		return fmt.Sprintf("%d %s", result.StatusCode(), http.StatusText(result.StatusCode()))
	})
	return result, span.SpanContext().TraceID()
}

// Transport sends the trace's context along with each request (W3C traceparent) and notes the request on the
// client's span. It is chapter 1's Config.WrapTransport.
func Transport(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		span := trace.SpanFromContext(r.Context())
		if !span.IsRecording() {
			return next.RoundTrip(r)
		}
		r = r.Clone(r.Context())
		propagation.TraceContext{}.Inject(r.Context(), propagation.HeaderCarrier(r.Header))
		span.SetAttributes(attrMethod.String(r.Method), attrURL.String(r.URL.String()), attrSent.Int64(max(r.ContentLength, 0)),
			attrIn.String(r.Method+" "+r.URL.RequestURI()))
		response, err := next.RoundTrip(r)
		if err == nil {
			span.SetAttributes(attrStatus.Int(response.StatusCode), attrReceived.Int64(max(response.ContentLength, 0)))
		}
		return response, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
