package resource

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	registry "kubepath/chapters/06-registry"
)

// scaleFields carries the account of who owns spec.replicas from the object to its scale and back.
// Upstream: managedfields.ScaleHandler, and the replicas paths of each workload.
type scaleFields struct {
	object  metav1.Object
	handler *managedfields.ScaleHandler
}

func fieldsOfScale(s *registry.Store, obj any) (scaleFields, error) {
	object, err := meta.Accessor(obj)
	if err != nil {
		return scaleFields{}, err
	}
	version := s.Kind.GroupVersion()
	paths := managedfields.ResourcePathMappings{}
	for _, v := range []string{version.Version, "v1beta1", "v1beta2"} { // in which owners may have written
		version.Version = v
		paths[version.String()] = fieldpath.MakePathOrDie("spec", "replicas")
	}
	return scaleFields{object, managedfields.NewScaleHandler(object.GetManagedFields(), s.Kind.GroupVersion(), paths)}, nil
}

// toScale gives the scale its part of the account.
func (f scaleFields) toScale(scale metav1.Object) error {
	entries, err := f.handler.ToSubresource()
	scale.SetManagedFields(entries)
	return err
}

// fromScale takes over what became of it.
func (f scaleFields) fromScale(scale metav1.Object) error {
	entries, err := f.handler.ToParent(scale.GetManagedFields())
	if err == nil {
		f.object.SetManagedFields(entries)
	}
	return err
}
