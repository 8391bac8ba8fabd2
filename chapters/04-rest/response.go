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

// The kinds that a client can request instead of an object's own, in meta.k8s.io v1 and v1beta1.
const (
	kindTable                     = "Table"
	kindPartialObjectMetadata     = "PartialObjectMetadata"
	kindPartialObjectMetadataList = "PartialObjectMetadataList"
)

// transform converts the object or list of a storage to another kind.
type transform func(c *Call, obj runtime.Object) (runtime.Object, error)

// transforms has the transform for each kind. Upstream: doTransformObject.
var transforms = map[string]transform{
	kindTable:                     (*Call).asTable,
	kindPartialObjectMetadata:     (*Call).asPartialObjectMetadata,
	kindPartialObjectMetadataList: (*Call).asPartialObjectMetadataList,
}

// AllowsMediaTypeTransform reports whether an object can be served as another kind in a media type, for
// Codecs.NegotiateOutputMediaType.
// Upstream: RequestScope.AllowsMediaTypeTransform.
func AllowsMediaTypeTransform(m *kinds.SerializerInfo, as schema.GroupVersionKind) bool {
	gv := as.GroupVersion()
	return (as.Kind != kindTable || m.Tables) && transforms[as.Kind] != nil && (gv == metav1.SchemeGroupVersion || gv == metav1beta1.SchemeGroupVersion)
}

// negotiateOutput negotiates the form of the response. If a client's first choice is not supported, such as a table in
// protobuf, it gets its next one.
func (c *Call) negotiateOutput() (kinds.MediaTypeOptions, error) {
	form, err := c.Codecs.NegotiateOutputMediaType(c.Request.Header.Get("Accept"), AllowsMediaTypeTransform)
	return withPretty(form, c.Request), err
}

// transformResponseObject writes the object of the storage in the form that was negotiated.
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
		version = schema.GroupVersion{} // a Table and a PartialObjectMetadata keep their version
	}
	serializeObject(c.Writer, c.Request, c.Codecs, Response{Status: status, Object: obj, Version: version, mediaType: c.OutputMediaType})
}

// TransformObject returns obj as the kind that the client requested; obj itself if it requested none, or if obj is a
// Status.
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

// asPartialObjectMetadataList makes a kinds.List, which is written item by item. As upstream, the items of an empty
// list are null and not [].
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

// partialObjectMetadata returns a PartialObjectMetadata with the metadata of obj.
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

// withoutAnnotations returns annotations without the given names. It does not change annotations.
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

// internalTypeName returns upstream's Go type of the endpoint's objects or lists, for an error message.
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

// internalType returns upstream's internal Go type of a kind, for error messages: core.ConfigMap, apps.Deployment.
func internalType(kind schema.GroupVersionKind) string {
	pkg, _, _ := strings.Cut(kind.Group, ".")
	if pkg == "" {
		pkg = "core"
	}
	return pkg + "." + kind.Kind
}

// asTable converts an object or a list to a Table. The parameter includeObject selects what the rows have of their
// objects. Upstream: handlers.asTable.
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

// setRowObject reduces a row's object to what includeObject selects: nothing, the metadata, or the whole object.
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

// asServed returns obj in the served version, with its kind, because a Table does not imply the kind of its rows.
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
