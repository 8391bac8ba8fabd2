package trace

import (
	"context"
	"encoding/json"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

// The attributes of a hop's span. Those of code are OpenTelemetry's own names.
const (
	attrFunc  = attribute.Key("code.function.name")
	attrFile  = attribute.Key("code.file.path")
	attrLine  = attribute.Key("code.line.number")
	attrLayer = attribute.Key("kubepath.layer")
	attrIn    = attribute.Key("kubepath.in")
	attrOut   = attribute.Key("kubepath.out")
	attrEtcd  = attribute.Key("kubepath.etcd") // an Etcd as JSON
)

// tracerName is the instrumentation scope of every hop.
const tracerName = "kubepath"

// hop is an open span. A nil hop records nothing.
type hop struct{ span trace.Span }

// begin opens a hop of layer inside of the span that ctx carries. Where nobody records that one, the hop is nil and
// neither where nor in is called.
func begin(ctx context.Context, layer string, where func() Where, in func() string, options ...trace.SpanStartOption) (context.Context, *hop) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, nil
	}
	at := where()
	options = append(options, trace.WithAttributes(
		attrLayer.String(layer), attrFunc.String(at.Func), attrFile.String(at.File), attrLine.Int(at.Line), attrIn.String(in())))
	ctx, span := parent.TracerProvider().Tracer(tracerName).Start(ctx, layer+" "+at.Func, options...)
	return ctx, &hop{span}
}

// end closes the hop with what came out: the error if there is one.
func (h *hop) end(err error, out func() string) {
	if h == nil {
		return
	}
	defer h.span.End()
	if err != nil {
		h.span.SetStatus(codes.Error, err.Error())
		h.span.SetAttributes(attrOut.String(err.Error()))
		return
	}
	h.span.SetAttributes(attrOut.String(out()))
}

// etcd notes the conversation with etcd.
func (h *hop) etcd(e *Etcd) {
	if data, err := json.Marshal(e); err == nil {
		h.span.SetAttributes(attrEtcd.String(string(data)))
	}
}

// describe says in a few words what an object is.
func describe(obj runtime.Object) string {
	if obj == nil {
		return "nothing"
	}
	obj = kinds.Unwrap(obj)
	kind := obj.GetObjectKind().GroupVersionKind().Kind
	if kind == "" {
		kind = shortFunc(fmt.Sprintf("%T", obj))
	}
	if meta.IsListType(obj) {
		list, _ := meta.ListAccessor(obj)
		return fmt.Sprintf("%s of %d at resourceVersion %s", kind, meta.LenList(obj), list.GetResourceVersion())
	}
	object, err := meta.Accessor(obj)
	if err != nil {
		return kind
	}
	name := object.GetName()
	if name == "" && object.GetGenerateName() != "" {
		name = object.GetGenerateName() + "?"
	}
	if object.GetNamespace() != "" {
		name = object.GetNamespace() + "/" + name
	}
	if version := object.GetResourceVersion(); version != "" {
		return fmt.Sprintf("%s %s at resourceVersion %s", kind, name, version)
	}
	return kind + " " + name
}
