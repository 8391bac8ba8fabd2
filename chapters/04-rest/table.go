package rest

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// defaultTableConvertor shows name and time of creation.
type defaultTableConvertor struct {
	resource schema.GroupResource
}

var _ TableConvertor = defaultTableConvertor{}

// NewDefaultTableConvertor returns the convertor for resources without one of their own: a row has the object's name and the time
// of its creation. What has no metadata is a 406. Upstream: rest.NewDefaultTableConvertor.
func NewDefaultTableConvertor(resource schema.GroupResource) TableConvertor {
	return defaultTableConvertor{resource}
}

func (d defaultTableConvertor) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
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
			return notAcceptable("the resource %s does not support being converted to a Table", d.qualifiedResource(ctx))
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

// qualifiedResource is the resource that the request is about, where the request says.
func (d defaultTableConvertor) qualifiedResource(ctx context.Context) schema.GroupResource {
	if info, ok := installer.RequestInfoFrom(ctx); ok {
		return schema.GroupResource{Group: info.APIGroup, Resource: info.Resource}
	}
	return d.resource
}

// EachObject calls fn for obj, or for each item if obj is a list. Objects that carry their own bytes come unwrapped.
// Every TableConvertor starts with it.
func EachObject(obj runtime.Object, fn func(runtime.Object) error) error {
	if !meta.IsListType(obj) {
		return fn(kinds.Unwrap(obj))
	}
	return eachItem(obj, func(item runtime.Object) error { return fn(kinds.Unwrap(item)) })
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
	if object, err := meta.CommonAccessor(kinds.Unwrap(obj)); err == nil {
		return metav1.ListMeta{ResourceVersion: object.GetResourceVersion()}
	}
	return metav1.ListMeta{}
}
