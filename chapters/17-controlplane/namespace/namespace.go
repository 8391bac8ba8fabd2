package namespace

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// namespaceStrategy is the strategy of namespaces. A new one is Active, and has the finalizer kubernetes in its spec,
// for the controller that deletes its objects. Only the subresource finalize changes the finalizers in the spec.
// Upstream: pkg/registry/core/namespace.
type namespaceStrategy struct{ registry.ClusterScoped }

func (namespaceStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	n := obj.(*corev1.Namespace)
	n.Status = corev1.NamespaceStatus{Phase: corev1.NamespaceActive}
	if !slices.Contains(n.Spec.Finalizers, corev1.FinalizerKubernetes) {
		n.Spec.Finalizers = append(n.Spec.Finalizers, corev1.FinalizerKubernetes)
	}
}

func (namespaceStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	n, before := obj.(*corev1.Namespace), old.(*corev1.Namespace)
	n.Spec.Finalizers = before.Spec.Finalizers
	n.Status = before.Status
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (namespaceStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

func (namespaceStrategy) ValidateName(name string, prefix bool) []string {
	return apivalidation.ValidateNamespaceName(name, prefix)
}

func (namespaceStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	var errs field.ErrorList
	for _, name := range obj.(*corev1.Namespace).Spec.Finalizers {
		errs = append(errs, validateFinalizer(field.NewPath("spec", "finalizers"), string(name))...)
	}
	return errs
}

func (s namespaceStrategy) ValidateUpdate(ctx context.Context, obj, _ runtime.Object) field.ErrorList {
	return s.Validate(ctx, obj)
}

// Canonicalize sets the label kubernetes.io/metadata.name, after a generated name is known.
func (namespaceStrategy) Canonicalize(obj runtime.Object) {
	n := obj.(*corev1.Namespace)
	if n.Labels == nil {
		n.Labels = map[string]string{}
	}
	n.Labels[corev1.LabelMetadataName] = n.Name
}

// namespaceStatus is the strategy of the subresource status. The phase is Terminating exactly if deletionTimestamp is set.
type namespaceStatus struct{ namespaceStrategy }

func (namespaceStatus) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*corev1.Namespace).Spec = old.(*corev1.Namespace).Spec
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (namespaceStatus) GetResetFields() rest.ResetFields { return rest.ResetFields{{"spec"}} }

func (namespaceStatus) ValidateUpdate(_ context.Context, obj, _ runtime.Object) field.ErrorList {
	n, path := obj.(*corev1.Namespace), field.NewPath("status", "Phase")
	switch {
	case n.DeletionTimestamp.IsZero() && n.Status.Phase != corev1.NamespaceActive:
		return field.ErrorList{field.Invalid(path, n.Status.Phase, "may only be 'Active' if `deletionTimestamp` is empty")}
	case !n.DeletionTimestamp.IsZero() && n.Status.Phase != corev1.NamespaceTerminating:
		return field.ErrorList{field.Invalid(path, n.Status.Phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")}
	}
	return nil
}

// namespaceFinalize is the strategy of the subresource finalize, which changes the finalizers in the spec.
type namespaceFinalize struct{ namespaceStrategy }

func (namespaceFinalize) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*corev1.Namespace).Status = old.(*corev1.Namespace).Status
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (namespaceFinalize) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

func (namespaceFinalize) ValidateUpdate(_ context.Context, obj, _ runtime.Object) field.ErrorList {
	var errs field.ErrorList
	path := field.NewPath("spec", "finalizers")
	for i, name := range obj.(*corev1.Namespace).Spec.Finalizers {
		errs = append(errs, validateFinalizer(path.Index(i), string(name))...)
	}
	return errs
}

// validateFinalizer: the finalizer would be valid in the metadata too.
func validateFinalizer(path *field.Path, name string) field.ErrorList {
	return append(apivalidation.ValidateFinalizerName(name, path), registry.ValidateKubeFinalizerName(name, path)...)
}

func namespaceFields(obj runtime.Object) fields.Set {
	return fields.Set{"status.phase": string(obj.(*corev1.Namespace).Status.Phase)}
}

var namespaceColumns = resource.Table[corev1.Namespace, *corev1.Namespace]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Status", Description: "The status of the namespace"},
		resource.AgeColumn(),
	},
	Cells: func(n *corev1.Namespace) []any { return []any{n.Name, string(n.Status.Phase), resource.AgeOf(n)} },
}
