package kinds

import (
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// List is a list of objects of one kind, whatever the kind. On the wire it is the typed list that its TypeMeta
// names (PodList, ConfigMapList): the same fields in the same order. In memory its items stay separate objects,
// so a list is built without reflection, may hold objects that carry their own encoded bytes
// (runtime.CacheableObject), and is written to a client item by item. Nil items are null on the wire, as in the
// typed list.
//
// Upstream has one generated Go type per list kind in its place.
type List struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []runtime.Object `json:"items"`
}

// DeepCopyObject copies the list and every item.
func (l *List) DeepCopyObject() runtime.Object {
	out := &List{TypeMeta: l.TypeMeta}
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	if l.Items == nil {
		return out
	}
	out.Items = make([]runtime.Object, len(l.Items))
	for i, item := range l.Items {
		out.Items[i] = item.DeepCopyObject()
	}
	return out
}

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
		item = Unwrap(item)
		items[i] = item
		if !itemsNameKind[l.Kind] {
			items[i] = withKind(item, schema.GroupVersionKind{})
		}
	}
	return typed, meta.SetList(typed, items)
}

// typedList writes a list in a format that has no writer for lists in its row.
func (e *encoder) typedList(w io.Writer, l *List) error {
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
		item = Unwrap(item)
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
