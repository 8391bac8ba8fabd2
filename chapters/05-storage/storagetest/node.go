package storagetest

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// onNode picks the pods of one node: a selector that needs an attribute which only pods have.
func onNode(name string) storage.SelectionPredicate {
	return storage.SelectionPredicate{
		Field: fields.OneTermEqualSelector("spec.nodeName", name),
		GetAttrs: func(obj runtime.Object) (labels.Set, fields.Set, error) {
			p := obj.(*corev1.Pod)
			return p.Labels, fields.Set{"spec.nodeName": p.Spec.NodeName}, nil
		},
	}
}
