package kinds

import (
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Typed returns the list as the Go type that its kind names (PodList), with shallow copies of the items. It costs
// reflection; the formats of the table write a List without it.
func (l *List) Typed(scheme *runtime.Scheme) (runtime.Object, error) {
	kind, err := l.kindOf(l.GroupVersionKind().GroupVersion())
	if err != nil {
		return nil, err
	}
	typed, err := scheme.New(kind)
	if err != nil {
		return nil, err
	}
	owner, ok := typed.(metav1.ListMetaAccessor)
	if !ok {
		return nil, fmt.Errorf("%v is not a kind of list", kind)
	}
	*owner.GetListMeta().(*metav1.ListMeta) = l.ListMeta
	typed.GetObjectKind().SetGroupVersionKind(kind)
	if l.Items == nil {
		return typed, nil
	}
	items := make([]runtime.Object, len(l.Items))
	for i, item := range l.Items {
		if cached, ok := item.(runtime.CacheableObject); ok {
			item = cached.GetObject()
		}
		items[i] = item
		if !selfNaming[l.Kind] {
			items[i] = withKind(item, schema.GroupVersionKind{})
		}
	}
	return typed, meta.SetList(typed, items)
}

// typedList writes a list in a format that has no writer for lists in its row.
func (e *encoding) typedList(w io.Writer, l *List) error {
	converted := &List{TypeMeta: l.TypeMeta, ListMeta: l.ListMeta}
	if l.Items != nil {
		converted.Items = make([]runtime.Object, len(l.Items))
	}
	kind, err := l.kindOf(e.as)
	if err != nil {
		return err
	}
	converted.SetGroupVersionKind(kind)
	for i, item := range l.Items {
		if cached, ok := item.(runtime.CacheableObject); ok {
			item = cached.GetObject()
		}
		if converted.Items[i], _, err = e.convert(item); err != nil {
			return err
		}
	}
	typed, err := converted.Typed(e.codecs.Scheme)
	if err != nil {
		return err
	}
	return serialize(e.out, typed, w)
}
