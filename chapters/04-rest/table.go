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

// defaultTableConvertor makes tables with the columns name and creationTimestamp.
type defaultTableConvertor struct {
	resource schema.GroupResource
}

var _ TableConvertor = defaultTableConvertor{}

// NewDefaultTableConvertor returns the convertor for resources that have none: a row has the object's name and
// creationTimestamp. An object without metadata is a 406. Upstream: rest.NewDefaultTableConvertor.
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

// qualifiedResource returns the resource of the request if the context has its RequestInfo.
func (d defaultTableConvertor) qualifiedResource(ctx context.Context) schema.GroupResource {
	if info, ok := installer.RequestInfoFrom(ctx); ok {
		return schema.GroupResource{Group: info.APIGroup, Resource: info.Resource}
	}
	return d.resource
}

// EachObject calls fn for obj, or for each item if obj is a list. It unwraps objects that cache their encoded bytes. It
// is for TableConvertors.
func EachObject(obj runtime.Object, fn func(runtime.Object) error) error {
	if !meta.IsListType(obj) {
		return fn(kinds.Unwrap(obj))
	}
	return eachItem(obj, func(item runtime.Object) error { return fn(kinds.Unwrap(item)) })
}

// TableMeta returns the metadata of a table of obj: the list's metadata, or the object's resourceVersion.
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
