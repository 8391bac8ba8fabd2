package rest

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	installer "kubepath/chapters/03-installer"
)

// asTable shows obj, an object or a list, as a table whose rows carry as much of their object as includeObject says.
// Upstream: handlers.asTable.
func (c *Call) asTable(obj runtime.Object) (runtime.Object, error) {
	options := &metav1.TableOptions{}
	if err := readQuery(c, metav1.Convert_url_Values_To_v1_TableOptions, options); err != nil {
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
		if err := c.includeObject(&table.Rows[i], options.IncludeObject); err != nil {
			return nil, err
		}
	}
	return table, nil
}

// includeObject leaves of a row's object what the client wants to see of it.
func (c *Call) includeObject(row *metav1.TableRow, policy metav1.IncludeObjectPolicy) (err error) {
	obj := row.Object.Object
	switch policy {
	case metav1.IncludeNone:
		row.Object.Object = nil
	case metav1.IncludeObject:
		row.Object.Object, err = c.named(unwrap(obj))
	default:
		row.Object.Object, err = c.partial(obj)
	}
	return err
}

// named returns obj as it is served, under its own kind: inside a table nothing else says what it is.
func (c *Call) named(obj runtime.Object) (runtime.Object, error) {
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

// defaultTable shows name and time of creation.
type defaultTable struct {
	resource schema.GroupResource
}

var _ TableConvertor = defaultTable{}

// NewDefaultTableConvertor returns the convertor for resources without one of their own: a row has the object's name and the time
// of its creation. What has no metadata is a 406. Upstream: rest.NewDefaultTableConvertor.
func NewDefaultTableConvertor(resource schema.GroupResource) TableConvertor {
	return defaultTable{resource}
}

func (d defaultTable) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	table := &metav1.Table{ListMeta: TableMeta(obj)}
	if o, ok := options.(*metav1.TableOptions); !ok || !o.NoHeaders {
		docs := metav1.ObjectMeta{}.SwaggerDoc()
		table.ColumnDefinitions = []metav1.TableColumnDefinition{
			{Name: "Name", Type: "string", Format: "name", Description: docs["name"]},
			{Name: "Created At", Type: "date", Description: docs["creationTimestamp"]},
		}
	}
	err := EachObject(obj, func(item runtime.Object) error {
		object, err := meta.Accessor(item)
		if err != nil {
			return notAcceptable("the resource %s does not support being converted to a Table", d.shown(ctx))
		}
		created := object.GetCreationTimestamp().UTC().Format(time.RFC3339)
		table.Rows = append(table.Rows, metav1.TableRow{
			Cells:  []any{object.GetName(), created},
			Object: runtime.RawExtension{Object: item},
		})
		return nil
	})
	return table, err
}

// shown is the resource that the request is about, where the request says.
func (d defaultTable) shown(ctx context.Context) schema.GroupResource {
	if info, ok := installer.RequestInfoFrom(ctx); ok {
		return schema.GroupResource{Group: info.APIGroup, Resource: info.Resource}
	}
	return d.resource
}

// EachObject calls fn for obj, or for each item if obj is a list. Objects that carry their own bytes come unwrapped.
// Every TableConvertor starts with it.
func EachObject(obj runtime.Object, fn func(runtime.Object) error) error {
	if !meta.IsListType(obj) {
		return fn(unwrap(obj))
	}
	return eachItem(obj, func(item runtime.Object) error { return fn(unwrap(item)) })
}

// TableMeta is the metadata of a table that shows obj: the list's, or the object's version.
func TableMeta(obj runtime.Object) metav1.ListMeta {
	if list, err := meta.ListAccessor(obj); err == nil {
		return metav1.ListMeta{
			ResourceVersion:    list.GetResourceVersion(),
			Continue:           list.GetContinue(),
			RemainingItemCount: list.GetRemainingItemCount(),
		}
	}
	if object, err := meta.CommonAccessor(unwrap(obj)); err == nil {
		return metav1.ListMeta{ResourceVersion: object.GetResourceVersion()}
	}
	return metav1.ListMeta{}
}
