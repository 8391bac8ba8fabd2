package rest

import (
	"fmt"
	"maps"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	metav1beta1 "k8s.io/apimachinery/pkg/apis/meta/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// The kinds that a client can ask for in place of an object's own, in meta.k8s.io v1 and v1beta1.
const (
	kindTable                     = "Table"
	kindPartialObjectMetadata     = "PartialObjectMetadata"
	kindPartialObjectMetadataList = "PartialObjectMetadataList"
)

// transform makes another kind of what a storage returned.
type transform func(c *Call, obj runtime.Object) (runtime.Object, error)

// transforms is the table of them. Upstream: doTransformObject.
var transforms = map[string]transform{
	kindTable:                     (*Call).asTable,
	kindPartialObjectMetadata:     (*Call).asPartialObjectMetadata,
	kindPartialObjectMetadataList: (*Call).asPartialObjectMetadataList,
}

// AllowsMediaTypeTransform says which kinds an object can be had as, in which formats. It is what Codecs.NegotiateOutputMediaType asks.
// Upstream: RequestScope.AllowsMediaTypeTransform.
func AllowsMediaTypeTransform(m *kinds.SerializerInfo, as schema.GroupVersionKind) bool {
	gv := as.GroupVersion()
	return (as.Kind != kindTable || m.Tables) && transforms[as.Kind] != nil && (gv == metav1.SchemeGroupVersion || gv == metav1beta1.SchemeGroupVersion)
}

// negotiateOutput negotiates the form of the answer. A client whose first choice cannot be had, such as a table in protobuf,
// gets its next one.
func (c *Call) negotiateOutput() (kinds.MediaTypeOptions, error) {
	form, err := c.Codecs.NegotiateOutputMediaType(c.Request.Header.Get("Accept"), AllowsMediaTypeTransform)
	return withPretty(form, c.Request), err
}

// transformResponseObject writes what the storage returned, in the form that the client asked for.
// Upstream: handlers.transformResponseObject.
func (c *Call) transformResponseObject(status int, obj runtime.Object) {
	if stream, ok := obj.(ResourceStreamer); ok {
		c.streamObject(status, stream)
		return
	}
	obj, err := c.TransformObject(obj)
	if err != nil {
		ErrorNegotiated(c.Writer, c.Request, c.Codecs, err)
		return
	}
	version := c.Kind.GroupVersion()
	if c.OutputMediaType.Convert.Kind != "" {
		version = schema.GroupVersion{} // a Table and a PartialObjectMetadata name their own
	}
	serializeObject(c.Writer, c.Request, c.Codecs, Response{Status: status, Object: obj, Version: version, mediaType: c.OutputMediaType})
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
	return transforms[c.OutputMediaType.Convert.Kind](c, obj)
}

func (c *Call) asPartialObjectMetadata(obj runtime.Object) (runtime.Object, error) {
	if meta.IsListType(obj) {
		return nil, notAcceptable("you requested %s, but the requested object is a list (%s)", kindPartialObjectMetadata, c.internalTypeName(obj))
	}
	return c.partialObjectMetadata(obj)
}

// asPartialObjectMetadataList keeps the list a list of separate items, so that it is written item by item. Without any, its items are
// null and not [], as upstream's are.
func (c *Call) asPartialObjectMetadataList(obj runtime.Object) (runtime.Object, error) {
	from, err := meta.ListAccessor(obj)
	if err != nil || !meta.IsListType(obj) {
		return nil, notAcceptable("you requested %s, but the requested object is not a list (%s)", kindPartialObjectMetadataList, c.internalTypeName(obj))
	}
	gv := c.OutputMediaType.Convert.GroupVersion()
	list := &kinds.List{ListMeta: metav1.ListMeta{
		ResourceVersion:    from.GetResourceVersion(),
		Continue:           from.GetContinue(),
		RemainingItemCount: from.GetRemainingItemCount(),
	}}
	list.SetGroupVersionKind(gv.WithKind(kindPartialObjectMetadataList))
	err = eachItem(obj, func(item runtime.Object) error {
		p, err := c.partialObjectMetadata(item)
		list.Items = append(list.Items, p)
		return err
	})
	return list, err
}

// partialObjectMetadata is the metadata of obj as an object of its own.
func (c *Call) partialObjectMetadata(obj runtime.Object) (runtime.Object, error) {
	object, err := meta.Accessor(kinds.Unwrap(obj))
	if err != nil {
		return nil, err
	}
	p := meta.AsPartialObjectMetadata(object)
	p.SetGroupVersionKind(c.OutputMediaType.Convert.GroupVersion().WithKind(kindPartialObjectMetadata))
	p.Annotations = withoutAnnotations(p.Annotations, c.Codecs.FieldAnnotations(c.Kind))
	return p, nil
}

// withoutAnnotations is annotations without those of some names; annotations stay as they are.
func withoutAnnotations(annotations map[string]string, names []string) map[string]string {
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

// internalTypeName is how upstream names the Go type of the endpoint's objects or lists in a message.
func (c *Call) internalTypeName(obj runtime.Object) string {
	if _, ok := obj.(runtime.Unstructured); ok {
		return fmt.Sprintf("%T", obj)
	}
	name := "*" + internalType(c.Kind)
	if meta.IsListType(obj) {
		name += "List"
	}
	return name
}

// internalType is the Go type that upstream names in messages about a kind: core.ConfigMap, apps.Deployment.
func internalType(kind schema.GroupVersionKind) string {
	pkg, _, _ := strings.Cut(kind.Group, ".")
	if pkg == "" {
		pkg = "core"
	}
	return pkg + "." + kind.Kind
}

// asTable shows obj, an object or a list, as a table whose rows carry as much of their object as includeObject says.
// Upstream: handlers.asTable.
func (c *Call) asTable(obj runtime.Object) (runtime.Object, error) {
	options := &metav1.TableOptions{}
	if err := decodeQuery(c, metav1.Convert_url_Values_To_v1_TableOptions, options); err != nil {
		return nil, err
	}
	if errs := validation.ValidateTableOptions(options); len(errs) > 0 {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("Unable to convert to Table as requested: %v", errs[0]))
	}
	convertor := c.TableConvertor
	if convertor == nil {
		convertor = NewDefaultTableConvertor(c.Resource.GroupResource())
	}
	table, err := convertor.ConvertToTable(c.Context, obj, options)
	if err != nil {
		return nil, err
	}
	table.SetGroupVersionKind(c.OutputMediaType.Convert)
	for i := range table.Rows {
		if err := c.setRowObject(&table.Rows[i], options.IncludeObject); err != nil {
			return nil, err
		}
	}
	return table, nil
}

// setRowObject leaves of a row's object what the client wants to see of it.
func (c *Call) setRowObject(row *metav1.TableRow, policy metav1.IncludeObjectPolicy) (err error) {
	obj := row.Object.Object
	switch policy {
	case metav1.IncludeNone:
		row.Object.Object = nil
	case metav1.IncludeObject:
		row.Object.Object, err = c.asServed(kinds.Unwrap(obj))
	default:
		row.Object.Object, err = c.partialObjectMetadata(obj)
	}
	return err
}

// asServed returns obj as it is served, under its own kind: inside a table nothing else says what it is.
func (c *Call) asServed(obj runtime.Object) (runtime.Object, error) {
	if c.Codecs.Converter != nil {
		converted, err := c.Codecs.Converter.Convert(obj, c.Kind)
		if err != nil {
			return nil, err
		}
		obj = converted
	}
	if obj.GetObjectKind().GroupVersionKind() == c.Kind {
		return obj, nil
	}
	obj = obj.DeepCopyObject() // the storage may share it
	obj.GetObjectKind().SetGroupVersionKind(c.Kind)
	return obj, nil
}
