package rest

import (
	"fmt"
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1beta1 "k8s.io/apimachinery/pkg/apis/meta/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// The kinds that a client can ask for in place of an object's own, in meta.k8s.io v1 and v1beta1.
const (
	kindTable       = "Table"
	kindPartial     = "PartialObjectMetadata"
	kindPartialList = "PartialObjectMetadataList"
)

// shape makes another kind of what a storage returned.
type shape func(c *Call, obj runtime.Object) (runtime.Object, error)

// shapes is the table of them. Upstream: doTransformObject.
var shapes = map[string]shape{
	kindTable:       (*Call).asTable,
	kindPartial:     (*Call).asPartial,
	kindPartialList: (*Call).asPartialList,
}

// AllowsMediaTypeTransform says which kinds an object can be had as. It is what Codecs.NegotiateOutputMediaType asks.
// Upstream: RequestScope.AllowsMediaTypeTransform.
func AllowsMediaTypeTransform(as schema.GroupVersionKind) bool {
	gv := as.GroupVersion()
	return shapes[as.Kind] != nil && (gv == metav1.SchemeGroupVersion || gv == metav1beta1.SchemeGroupVersion)
}

// accept negotiates the form of the answer. A table has cells of any type, which protobuf cannot write: a client that
// prefers it gets its next choice.
func (c *Call) accept() (kinds.MediaTypeOptions, error) {
	header := c.Request.Header.Get("Accept")
	form, err := c.Codecs.NegotiateOutputMediaType(header, AllowsMediaTypeTransform)
	if err == nil && form.Convert.Kind == kindTable && form.MediaType == runtime.ContentTypeProtobuf {
		form, err = c.Codecs.NegotiateOutputMediaType(withoutProtobufTables(header), AllowsMediaTypeTransform)
	}
	return pretty(form, c.Request), err
}

func withoutProtobufTables(accept string) string {
	choices := strings.Split(accept, ",")
	for i, choice := range choices {
		if strings.Contains(choice, runtime.ContentTypeProtobuf) && strings.Contains(choice, "as="+kindTable) {
			choices[i] = "none/none"
		}
	}
	return strings.Join(choices, ",")
}

// answer writes what the storage returned, in the form that the client asked for.
// Upstream: handlers.transformResponseObject.
func (c *Call) answer(status int, obj runtime.Object) {
	if stream, ok := obj.(ResourceStreamer); ok {
		c.stream(status, stream)
		return
	}
	obj, err := c.TransformObject(obj)
	if err != nil {
		ErrorNegotiated(c.Writer, c.Request, c.Codecs, err)
		return
	}
	version := c.Kind.GroupVersion()
	if c.OutputMediaType.Convert.Kind != "" {
		version = schema.GroupVersion{} // shapes name their own
	}
	write(c.Writer, c.Request, c.Codecs, Response{Status: status, Object: obj, Version: version, form: c.OutputMediaType})
}

// TransformObject returns obj as the kind that the client asked for; obj itself where it asked for none. A Status stays one.
func (c *Call) TransformObject(obj runtime.Object) (runtime.Object, error) {
	if _, ok := obj.(*metav1.Status); ok {
		return obj, nil
	}
	if list, ok := obj.(*kinds.List); ok {
		if list.Kind == "" {
			list.SetGroupVersionKind(c.Kind.GroupVersion().WithKind(c.Kind.Kind + "List"))
		}
		if list.Items == nil {
			list.Items = []runtime.Object{} // [] and not null
		}
	}
	if c.OutputMediaType.Convert.Kind == "" {
		return obj, nil
	}
	return shapes[c.OutputMediaType.Convert.Kind](c, obj)
}

func (c *Call) asPartial(obj runtime.Object) (runtime.Object, error) {
	if meta.IsListType(obj) {
		return nil, notAcceptable("you requested %s, but the requested object is a list (%s)", kindPartial, c.typeName(obj))
	}
	return c.partial(obj)
}

// asPartialList keeps the list a list of separate items, so that it is written item by item. Without any, its items are
// null and not [], as upstream's are.
func (c *Call) asPartialList(obj runtime.Object) (runtime.Object, error) {
	from, err := meta.ListAccessor(obj)
	if err != nil || !meta.IsListType(obj) {
		return nil, notAcceptable("you requested %s, but the requested object is not a list (%s)", kindPartialList, c.typeName(obj))
	}
	gv := c.OutputMediaType.Convert.GroupVersion()
	list := &kinds.List{ListMeta: metav1.ListMeta{
		ResourceVersion:    from.GetResourceVersion(),
		Continue:           from.GetContinue(),
		RemainingItemCount: from.GetRemainingItemCount(),
	}}
	list.SetGroupVersionKind(gv.WithKind(kindPartialList))
	err = eachItem(obj, func(item runtime.Object) error {
		p, err := c.partial(item)
		list.Items = append(list.Items, p)
		return err
	})
	return list, err
}

// partial is the metadata of obj as an object of its own.
func (c *Call) partial(obj runtime.Object) (runtime.Object, error) {
	object, err := meta.Accessor(unwrap(obj))
	if err != nil {
		return nil, err
	}
	p := meta.AsPartialObjectMetadata(object)
	p.SetGroupVersionKind(c.OutputMediaType.Convert.GroupVersion().WithKind(kindPartial))
	p.Annotations = withoutNames(p.Annotations, c.Codecs.FieldAnnotations(c.Kind))
	return p, nil
}

// withoutNames is annotations without those of some names; annotations stay as they are.
func withoutNames(annotations map[string]string, names []string) map[string]string {
	own := annotations
	for _, name := range names {
		if _, ok := own[name]; !ok {
			continue
		}
		if len(own) == len(annotations) {
			own = maps.Clone(annotations)
		}
		delete(own, name)
	}
	return own
}

// eachItem calls fn for each item of any kind of list.
func eachItem(list runtime.Object, fn func(runtime.Object) error) error {
	l, ok := list.(*kinds.List)
	if !ok {
		return meta.EachListItem(list, fn)
	}
	for _, item := range l.Items {
		if err := fn(item); err != nil {
			return err
		}
	}
	return nil
}

// unwrap returns the object in one that carries its own bytes.
func unwrap(obj runtime.Object) runtime.Object {
	if cached, ok := obj.(runtime.CacheableObject); ok {
		return cached.GetObject()
	}
	return obj
}

// typeName is how upstream names the Go type of the endpoint's objects or lists in a message.
func (c *Call) typeName(obj runtime.Object) string {
	if _, ok := obj.(runtime.Unstructured); ok {
		return fmt.Sprintf("%T", obj)
	}
	name := "*" + hubType(c.Kind)
	if meta.IsListType(obj) {
		name += "List"
	}
	return name
}

// hubType is the Go type that upstream names in messages about a kind: core.ConfigMap, apps.Deployment.
func hubType(kind schema.GroupVersionKind) string {
	pkg, _, _ := strings.Cut(kind.Group, ".")
	if pkg == "" {
		pkg = "core"
	}
	return pkg + "." + kind.Kind
}
