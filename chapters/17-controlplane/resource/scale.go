package resource

import (
	"context"
	"fmt"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/validate"
)

// ScaleREST is the subresource scale of any workload. Upstream: the ScaleREST of each workload.
type ScaleREST[T any, P Object[T]] struct {
	Store *registry.Store
	// Replicas returns a pointer to spec.replicas, Status the current number, Selector the pods' selector as text.
	Replicas func(P) *int32
	Status   func(P) int32
	Selector func(P) string
}

// New returns an empty Scale.
func (s ScaleREST[T, P]) New() runtime.Object { return &autoscalingv1.Scale{} }

// Destroy does nothing.
func (s ScaleREST[T, P]) Destroy() {}

// GroupVersionKind is autoscaling/v1 Scale for workloads of all groups.
func (s ScaleREST[T, P]) GroupVersionKind(schema.GroupVersion) schema.GroupVersionKind {
	return autoscalingv1.SchemeGroupVersion.WithKind("Scale")
}

// Get returns the scale of the object called name.
func (s ScaleREST[T, P]) Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error) {
	obj, err := s.Store.Get(ctx, name, options)
	if err != nil {
		return nil, err
	}
	obj = kinds.Unwrap(obj)
	return s.scale(obj.(P))
}

// Update changes the replicas of the object called name.
func (s ScaleREST[T, P]) Update(ctx context.Context, name string, update *rest.Update) (runtime.Object, bool, error) {
	through := *update
	through.AllowCreate = false
	through.Validate = nil
	through.Mutate = func(ctx context.Context, old runtime.Object) (runtime.Object, error) {
		return s.rescale(ctx, old.(P), update)
	}
	obj, _, err := s.Store.Update(ctx, name, &through)
	if err != nil {
		return nil, false, err
	}
	scale, err := s.scale(obj.(P))
	return scale, false, err
}

// rescale is one attempt of an update: it changes the scale of the stored object, and copies replicas back to the object.
func (s ScaleREST[T, P]) rescale(ctx context.Context, obj P, update *rest.Update) (runtime.Object, error) {
	before, err := s.scale(obj)
	if err != nil {
		return nil, err
	}
	fields, err := managedFieldsOfScale(s.Store, obj)
	if err != nil {
		return nil, err
	}
	if err := fields.toScale(before); err != nil {
		return nil, err
	}
	changed, err := update.Mutate(ctx, before.DeepCopyObject())
	if err != nil {
		return nil, err
	}
	scale, ok := changed.(*autoscalingv1.Scale)
	if !ok {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("expected input object type to be Scale, but %T", changed))
	}
	if err := s.validate(scale, before); err != nil {
		return nil, err
	}
	if update.Validate != nil {
		if err := update.Validate(ctx, scale, before); err != nil {
			return nil, err
		}
	}
	*s.Replicas(obj) = scale.Spec.Replicas
	fields.object.SetResourceVersion(scale.ResourceVersion)
	return obj, fields.fromScale(scale)
}

// validate checks the scale, and that a patch has the object's uid. The Store checks the uid of a PUT and the
// resourceVersion, with errors about the workload. Upstream: ValidateScale, scaleUpdatedObjectInfo.UpdatedObject.
func (s ScaleREST[T, P]) validate(scale, before *autoscalingv1.Scale) error {
	errs := registry.ValidateObjectMeta(scale, true, validation.NameIsDNSSubdomain)
	errs = append(errs, validate.NonNegative(field.NewPath("spec", "replicas"), scale.Spec.Replicas)...)
	if len(errs) > 0 {
		return rest.NewInvalid(schema.GroupKind{Group: "autoscaling", Kind: "Scale"}, before.Name, errs)
	}
	if scale.UID != "" && scale.UID != before.UID {
		resource := schema.GroupResource{Group: s.Store.Resource.Group, Resource: s.Store.Resource.Resource + "/scale"}
		return apierrors.NewConflict(resource, before.Name,
			fmt.Errorf("Precondition failed: UID in precondition: %v, UID in object meta: %v", scale.UID, before.UID))
	}
	return nil
}

func (s ScaleREST[T, P]) scale(obj P) (*autoscalingv1.Scale, error) {
	object, err := meta.Accessor(obj)
	if err != nil {
		return nil, err
	}
	return &autoscalingv1.Scale{
		TypeMeta: metav1.TypeMeta{APIVersion: "autoscaling/v1", Kind: "Scale"},
		ObjectMeta: metav1.ObjectMeta{
			Name: object.GetName(), Namespace: object.GetNamespace(), UID: object.GetUID(),
			ResourceVersion: object.GetResourceVersion(), CreationTimestamp: object.GetCreationTimestamp(),
		},
		Spec:   autoscalingv1.ScaleSpec{Replicas: *s.Replicas(obj)},
		Status: autoscalingv1.ScaleStatus{Replicas: s.Status(obj), Selector: s.Selector(obj)},
	}, nil
}

// ConvertToTable returns the table for kubectl get --subresource=scale.
func (s ScaleREST[T, P]) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	return scaleTable.ConvertToTable(ctx, obj, options)
}

var scaleTable = Table[autoscalingv1.Scale, *autoscalingv1.Scale]{
	Columns: []Column{
		{Name: "Name", Description: metav1.ObjectMeta{}.SwaggerDoc()["name"]},
		{Name: "Desired", Type: "integer", Description: autoscalingv1.ScaleSpec{}.SwaggerDoc()["replicas"]},
		{Name: "Available", Type: "integer", Description: autoscalingv1.ScaleStatus{}.SwaggerDoc()["replicas"]},
		AgeColumn(),
	},
	Cells: func(s *autoscalingv1.Scale) []any {
		return []any{s.Name, int64(s.Spec.Replicas), int64(s.Status.Replicas), AgeOf(s)}
	},
}

// scaleManagedFields copies the managers of spec.replicas from the object to its scale and back.
// Upstream: managedfields.ScaleHandler, and the replicas paths of each workload.
type scaleManagedFields struct {
	object  metav1.Object
	handler *managedfields.ScaleHandler
}

func managedFieldsOfScale(s *registry.Store, obj any) (scaleManagedFields, error) {
	object, err := meta.Accessor(obj)
	if err != nil {
		return scaleManagedFields{}, err
	}
	version := s.Kind.GroupVersion()
	paths := managedfields.ResourcePathMappings{}
	for _, v := range []string{version.Version, "v1beta1", "v1beta2"} { // versions in which managers may have written
		version.Version = v
		paths[version.String()] = fieldpath.MakePathOrDie("spec", "replicas")
	}
	return scaleManagedFields{object, managedfields.NewScaleHandler(object.GetManagedFields(), s.Kind.GroupVersion(), paths)}, nil
}

// toScale sets the managers of spec.replicas on the scale.
func (f scaleManagedFields) toScale(scale metav1.Object) error {
	entries, err := f.handler.ToSubresource()
	scale.SetManagedFields(entries)
	return err
}

// fromScale copies the managers of spec.replicas from the scale to the object.
func (f scaleManagedFields) fromScale(scale metav1.Object) error {
	entries, err := f.handler.ToParent(scale.GetManagedFields())
	if err == nil {
		f.object.SetManagedFields(entries)
	}
	return err
}
