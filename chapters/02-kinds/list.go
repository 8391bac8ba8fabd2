package kinds

import (
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// List is a list of objects of any one kind. It is encoded like the typed list that its TypeMeta names (PodList,
// ConfigMapList): the same fields in the same order. In memory its items are separate objects, so a list is built
// without reflection, may hold objects that cache their encoded bytes (runtime.CacheableObject), and is written item
// by item. Nil items are null on the wire, as in the typed list.
//
// Upstream has a generated Go type for each list kind instead.
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

// Typed returns the list as the Go type of its kind (PodList), with shallow copies of the items. It uses reflection;
// a media type with a list writer does not need it.
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

// typedList writes a list in a media type without a list writer.
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
