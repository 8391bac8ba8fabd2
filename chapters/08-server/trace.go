package server

import (
	"net/http"
	"runtime"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	installer "kubepath/chapters/03-installer"
)

// traceRequests opens a span for each request, as a child of the one that the client names in its traceparent header
// (W3C trace context). Upstream: filters.WithTracing.
func (s *GenericAPIServer) traceRequests() Filter {
	if s.config.Tracer == nil {
		return nil
	}
	tracer := s.config.Tracer.Tracer("kubepath/server")
	here := hereAttributes()
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
			ctx, span := tracer.Start(ctx, spanName(r), trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(here...))
			answer, returned := record(w), false
			defer func() {
				describeSpan(span, r, answer, answer.code(returned))
				span.End()
			}()
			next.ServeHTTP(answer, r.WithContext(ctx))
			returned = true
		})
	}
}

// spanName is the same for all requests of one kind, so that spans can be grouped: "list pods".
func spanName(r *http.Request) string {
	info, ok := installer.RequestInfoFrom(r.Context())
	switch {
	case !ok || !info.IsResourceRequest:
		return r.Method
	case info.Subresource != "":
		return info.Verb + " " + info.Resource + "/" + info.Subresource
	}
	return info.Verb + " " + info.Resource
}

// describeSpan uses OpenTelemetry's names for HTTP servers.
func describeSpan(span trace.Span, r *http.Request, answer *recorder, status int) {
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(
		attribute.String("http.request.method", r.Method),
		attribute.String("url.path", r.URL.Path),
		attribute.String("url.query", r.URL.RawQuery),
		attribute.String("user_agent.original", r.UserAgent()),
		attribute.Int("http.response.status_code", status),
		attribute.Int64("http.response.body.size", answer.bytes),
		attribute.String("audit-id", RequestID(r)),
	)
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, http.StatusText(status))
	}
}

// hereAttributes say where the server's code stands, as every span of kubepath does.
func hereAttributes() []attribute.KeyValue {
	counter, file, line, _ := runtime.Caller(1)
	return []attribute.KeyValue{
		attribute.String("code.function.name", runtime.FuncForPC(counter).Name()),
		attribute.String("code.file.path", file),
		attribute.Int("code.line.number", line),
	}
}
