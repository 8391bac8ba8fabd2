package main

import (
	"context"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// otlp makes a server's spans go to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names; flush sends what is left.
func otlp(ctx context.Context, o *options) (flush func() error, err error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, err
	}
	processor := sdktrace.NewBatchSpanProcessor(exporter)
	o.exporter = processor
	return func() error {
		if err := processor.ForceFlush(ctx); err != nil {
			return hintError{err, "OTEL_EXPORTER_OTLP_ENDPOINT names the collector, as in http://127.0.0.1:4318"}
		}
		return processor.Shutdown(ctx)
	}, nil
}
