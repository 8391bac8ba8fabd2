package trace

import (
	"context"
	"fmt"
	"net/http"

	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

// REST stands between the handlers and a storage, whose capabilities are those that count: see rest.Wrapper. The calls of
// the capabilities below are traced; those of any other go past it. It is server.Config.WrapStorage.
func REST(s rest.Storage) rest.Storage {
	t := tracedREST{s}
	switch {
	case rest.Has[rest.GetterWithOptions](s):
		return struct {
			tracedREST
			optionsGetter
		}{t, optionsGetter{t}}
	case rest.Has[rest.NamedCreater](s):
		return struct {
			tracedREST
			getter
			namedCreater
		}{t, getter{t}, namedCreater{t}}
	default:
		return struct {
			tracedREST
			getter
			creater
		}{t, getter{t}, creater{t}}
	}
}

// tracedREST has the capabilities that exist in one shape only.
type tracedREST struct{ rest.Storage }

// Unwrap is the storage itself, whose capabilities are those that count; see rest.Wrapper.
func (t tracedREST) Unwrap() rest.Storage { return t.Storage }

// below is the traced storage as the capability T, which it has: else nobody would call.
func below[T any](t tracedREST) T {
	capability, _ := rest.As[T](t.Storage)
	return capability
}

func (t tracedREST) begin(ctx context.Context, name string, in func() string) (context.Context, *hop) {
	return begin(ctx, "registry", func() Where { return method(t.Storage, name) }, in)
}

// What has two shapes each.
type (
	getter        struct{ t tracedREST }
	optionsGetter struct{ t tracedREST }
	creater       struct{ t tracedREST }
	namedCreater  struct{ t tracedREST }
)

func (g getter) Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error) {
	ctx, h := g.t.begin(ctx, "Get", func() string { return g.t.about(ctx, name) })
	obj, err := below[rest.Getter](g.t).Get(ctx, name, options)
	h.end(err, func() string { return describe(obj) })
	return obj, err
}

func (g optionsGetter) Get(ctx context.Context, name string, options runtime.Object) (runtime.Object, error) {
	ctx, h := g.t.begin(ctx, "Get", func() string { return g.t.about(ctx, name) })
	obj, err := below[rest.GetterWithOptions](g.t).Get(ctx, name, options)
	h.end(err, func() string { return describe(obj) })
	return obj, err
}

func (g optionsGetter) NewGetOptions() (runtime.Object, string) {
	return below[rest.GetterWithOptions](g.t).NewGetOptions()
}

func (c creater) Create(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	ctx, h := c.t.begin(ctx, "Create", func() string { return describe(obj) })
	created, err := below[rest.Creater](c.t).Create(ctx, obj, options)
	h.end(err, func() string { return describe(created) })
	return created, err
}

func (c namedCreater) Create(ctx context.Context, name string, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	ctx, h := c.t.begin(ctx, "Create", func() string { return describe(obj) + " for " + c.t.about(ctx, name) })
	created, err := below[rest.NamedCreater](c.t).Create(ctx, name, obj, options)
	h.end(err, func() string { return describe(created) })
	return created, err
}

func (t tracedREST) NewList() runtime.Object { return below[rest.Lister](t).NewList() }

func (t tracedREST) List(ctx context.Context, options *metainternalversion.ListOptions) (runtime.Object, error) {
	ctx, h := t.begin(ctx, "List", func() string { return t.about(ctx, "") + selection(options) })
	list, err := below[rest.Lister](t).List(ctx, options)
	h.end(err, func() string { return describe(list) })
	return list, err
}

func (t tracedREST) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	ctx, h := t.begin(ctx, "ConvertToTable", func() string { return describe(obj) })
	table, err := below[rest.TableConvertor](t).ConvertToTable(ctx, obj, options)
	h.end(err, func() string { return fmt.Sprintf("Table of %d rows", len(table.Rows)) })
	return table, err
}

func (t tracedREST) Update(ctx context.Context, name string, update *rest.Update) (runtime.Object, bool, error) {
	ctx, h := t.begin(ctx, "Update", func() string { return t.about(ctx, name) })
	if h != nil {
		update = mutation(update)
	}
	obj, created, err := below[rest.Updater](t).Update(ctx, name, update)
	h.end(err, func() string {
		if created {
			return describe(obj) + ", created"
		}
		return describe(obj)
	})
	return obj, created, err
}

func (t tracedREST) Delete(ctx context.Context, name string, options *rest.DeleteOptions) (runtime.Object, bool, error) {
	ctx, h := t.begin(ctx, "Delete", func() string { return t.about(ctx, name) })
	obj, immediately, err := below[rest.GracefulDeleter](t).Delete(ctx, name, options)
	h.end(err, func() string {
		if immediately {
			return describe(obj) + ", gone now"
		}
		return describe(obj) + ", gone later"
	})
	return obj, immediately, err
}

func (t tracedREST) DeleteCollection(ctx context.Context, options *rest.DeleteOptions, list *metainternalversion.ListOptions) (runtime.Object, error) {
	ctx, h := t.begin(ctx, "DeleteCollection", func() string { return t.about(ctx, "") + selection(list) })
	deleted, err := below[rest.CollectionDeleter](t).DeleteCollection(ctx, options, list)
	h.end(err, func() string { return describe(deleted) })
	return deleted, err
}

func (t tracedREST) Watch(ctx context.Context, options *metainternalversion.ListOptions) (watch.Interface, error) {
	p := passes(ctx, "registry")
	ctx, h := t.begin(ctx, "Watch", func() string { return t.about(ctx, "") + selection(options) })
	w, err := below[rest.Watcher](t).Watch(ctx, options)
	h.end(err, func() string { return "a watch" })
	return note(w, p, func() Where { return method(t.Storage, "Watch") }), err
}

func (t tracedREST) Connect(ctx context.Context, name string, options runtime.Object, r rest.Responder) (http.Handler, error) {
	ctx, h := t.begin(ctx, "Connect", func() string { return t.about(ctx, name) })
	connection, err := below[rest.Connecter](t).Connect(ctx, name, options, r)
	h.end(err, func() string { return "a connection" })
	return connection, err
}

func (t tracedREST) NewConnectOptions() (runtime.Object, string) {
	return below[rest.Connecter](t).NewConnectOptions()
}

func (t tracedREST) ConnectMethods() []string { return below[rest.Connecter](t).ConnectMethods() }

// about is the name of the object that a call is about, with its namespace; "": all.
func (t tracedREST) about(ctx context.Context, name string) string {
	namespace := rest.NamespaceFrom(ctx)
	if scope, ok := rest.As[rest.Scoper](t.Storage); ok && !scope.NamespaceScoped() {
		namespace = ""
	}
	switch {
	case name == "" && namespace == "":
		return "all"
	case name == "":
		return "all in " + namespace
	case namespace == "":
		return name
	}
	return namespace + "/" + name
}

// selection says what narrows a list.
func selection(o *metainternalversion.ListOptions) string {
	if o == nil {
		return ""
	}
	text := ""
	if o.LabelSelector != nil && !o.LabelSelector.Empty() {
		text += ", labels " + o.LabelSelector.String()
	}
	if o.FieldSelector != nil && !o.FieldSelector.Empty() {
		text += ", fields " + o.FieldSelector.String()
	}
	if o.Limit > 0 {
		text += fmt.Sprintf(", at most %d", o.Limit)
	}
	if o.ResourceVersion != "" {
		text += ", resourceVersion " + o.ResourceVersion
	}
	return text
}
