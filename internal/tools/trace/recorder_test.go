package trace

import (
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// spans has the recorder see traces of one span, each with so much text.
func spans(t *testing.T, r *Recorder, sizes ...int) {
	t.Helper()
	tracer := r.Provider(0).Tracer("")
	for _, size := range sizes {
		_, span := tracer.Start(t.Context(), "request", trace.WithAttributes(attrFunc.String("f"), attribute.String("text", strings.Repeat("x", size))))
		span.End()
	}
}

func TestTheLastTracesAreKeptByNumberAndBySize(t *testing.T) {
	t.Parallel()
	const kib = 1 << 10
	for _, row := range []struct {
		claim    string
		recorder *Recorder
		sizes    []int
		kept     int
	}{
		{"100 unless told otherwise", &Recorder{}, make([]int, 150), 100},
		{"as many as are asked for", &Recorder{Keep: 3}, make([]int, 150), 3},
		{"none", &Recorder{Keep: -1}, make([]int, 150), 0},
		{"the oldest make room", &Recorder{MaxBytes: 100 * kib}, []int{20 * kib, 30 * kib, 30 * kib, 50 * kib}, 2},
		{"one that is too large leaves the others", &Recorder{MaxBytes: 100 * kib}, []int{20 * kib, 200 * kib, 30 * kib}, 2},
	} {
		spans(t, row.recorder, row.sizes...)
		if got := len(row.recorder.Last(0)); got != row.kept {
			t.Errorf("%s: %d are kept, not %d", row.claim, got, row.kept)
		}
	}
}

// A watch is one trace for as long as it lasts.
func TestATraceThatGrowsWithoutEndIsGivenUp(t *testing.T) {
	t.Parallel()
	r := &Recorder{MaxBytes: 100 << 10}
	tracer := r.Provider(0).Tracer("")
	ctx, watch := tracer.Start(t.Context(), "watch", trace.WithAttributes(attrFunc.String("f")))
	for range 1000 {
		_, event := tracer.Start(ctx, "event", trace.WithAttributes(attrFunc.String("f")))
		event.End()
		if r.bytes > r.MaxBytes {
			t.Fatalf("%d bytes", r.bytes)
		}
	}
	watch.End()
	r.Wait(t.Context(), watch.SpanContext().TraceID()) // it has ended, whether it is kept or not
	if kept := r.Last(0); len(kept) > 0 {
		t.Errorf("a part of it is kept: %d hops", len(kept[0].Hops))
	}
}
