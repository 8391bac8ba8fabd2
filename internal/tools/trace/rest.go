package trace

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

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

// mutation is update with a hop for each attempt to make the new object out of the stored one: after a lost race there
// is another.
func mutation(update *rest.Update) *rest.Update {
	where := ofFunc(update.Mutate)
	traced := *update
	traced.Mutate = func(ctx context.Context, old runtime.Object) (runtime.Object, error) {
		before := fields(old)
		ctx, h := begin(ctx, "update", func() Where { return where }, func() string { return describe(old) })
		obj, err := update.Mutate(ctx, old)
		h.end(err, func() string { return changed(before, fields(obj)) })
		return obj, err
	}
	return &traced
}

// serversFields are what every write leaves to the server.
var serversFields = []string{".metadata.managedFields", ".metadata.uid", ".metadata.creationTimestamp",
	".metadata.resourceVersion", ".metadata.generation"}

// fields is an object's content by path: .metadata.labels.app. Lists are one value. The server's fields are left out.
func fields(obj runtime.Object) map[string]string {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return nil
	}
	found := map[string]string{}
	flatten(found, "", content)
	return found
}

func flatten(to map[string]string, path string, value any) {
	object, ok := value.(map[string]any)
	if !ok {
		text, _ := json.Marshal(value) // made of JSON: it has a text
		to[path] = string(text)
		return
	}
	for name, value := range object {
		if path := path + "." + name; !slices.Contains(serversFields, path) {
			flatten(to, path, value)
		}
	}
}

// changed says what a patch has done: .data.a: "1" → "2".
func changed(before, after map[string]string) string {
	paths := maps.Clone(before)
	maps.Copy(paths, after)
	var changes []string
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		was, had := before[path]
		is, has := after[path]
		switch {
		case !had:
			changes = append(changes, fmt.Sprintf("%s: %s", path, is))
		case !has:
			changes = append(changes, fmt.Sprintf("%s: %s → nothing", path, was))
		case was != is:
			changes = append(changes, fmt.Sprintf("%s: %s → %s", path, was, is))
		}
	}
	if len(changes) == 0 {
		return "nothing changes"
	}
	return strings.Join(changes, ", ")
}
