package server

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	installer "kubepath/chapters/03-installer"
)

// withTracing starts a span for each request, as a child of the span in the client's traceparent header (W3C trace
// context). It is the outermost filter, so that the span covers the whole chain. Upstream: filters.WithTracing.
func (s *GenericAPIServer) withTracing() Filter {
	if s.config.TracerProvider == nil {
		return nil
	}
	tracer := s.config.TracerProvider.Tracer("kubepath/server")
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
			ctx, span := tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer))
			answer, returned := newResponseRecorder(w), false
			defer func() {
				describeSpan(span, r, answer, answer.code(returned))
				span.End()
			}()
			next.ServeHTTP(answer, r.WithContext(ctx))
			returned = true
		})
	}
}

// nameSpan names the span after the verb and the resource ("list pods"), so that spans can be grouped.
func nameSpan(span trace.Span, info *installer.RequestInfo) {
	if !span.IsRecording() || !info.IsResourceRequest {
		return // its name is the method
	}
	name := info.Verb + " " + info.Resource
	if info.Subresource != "" {
		name += "/" + info.Subresource
	}
	span.SetName(name)
}

// describeSpan uses OpenTelemetry's names for HTTP servers.
func describeSpan(span trace.Span, r *http.Request, answer *responseRecorder, status int) {
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
		attribute.String("audit-id", AuditID(r)),
	)
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, http.StatusText(status))
	}
}
