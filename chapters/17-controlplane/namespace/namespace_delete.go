package namespace

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// allButCollections has the interfaces of a Store except for deletecollection, which namespaces do not support.
type allButCollections interface {
	rest.Storage
	rest.Scoper
	rest.Getter
	rest.Lister
	rest.Creater
	rest.Updater
	rest.Watcher
	rest.SingularNameProvider
	rest.ShortNamesProvider
	rest.CategoriesProvider
	rest.StorageVersionProvider
	rest.ResetFieldsStrategy
}

// namespaces is the Store of namespaces with a deletion in two steps. The first delete makes the namespace Terminating.
// The namespace is removed after a controller has deleted its objects and removed the finalizer from the spec.
// Upstream: pkg/registry/core/namespace/storage.REST.
type namespaces struct {
	allButCollections
	store *registry.Store
}

var _ rest.GracefulDeleter = (*namespaces)(nil)

func newNamespaces(s *registry.Store) rest.Storage {
	return &namespaces{allButCollections: s, store: s}
}

// Delete makes the namespace Terminating, or removes one that is Terminating and has no finalizer in its spec.
func (n *namespaces) Delete(ctx context.Context, name string, options *rest.DeleteOptions) (runtime.Object, bool, error) {
	obj, err := n.Get(ctx, name, &metav1.GetOptions{})
	if err != nil {
		return nil, false, err
	}
	namespace, err := AsNamespace(obj)
	if err != nil {
		return nil, false, err
	}
	asked := rest.DeleteOptions{}
	if options != nil {
		asked = *options
	}
	if asked.Preconditions, err = sameNamespace(namespace, asked.Preconditions); err != nil {
		return nil, false, err
	}
	switch {
	case namespace.DeletionTimestamp.IsZero():
		terminating, err := n.terminate(ctx, name, &asked)
		return terminating, false, err
	case len(namespace.Spec.Finalizers) > 0:
		return namespace, false, nil
	}
	return n.store.Delete(ctx, name, &asked)
}

// sameNamespace checks the client's preconditions and adds the uid to them, so that a namespace that was deleted and
// created again meanwhile is not deleted.
func sameNamespace(n *corev1.Namespace, asked *metav1.Preconditions) (*metav1.Preconditions, error) {
	unmet := func(what string, wanted, found any) error {
		return apierrors.NewConflict(namespacesResource, n.Name,
			fmt.Errorf("Precondition failed: %s in precondition: %v, %s in object meta: %v", what, wanted, what, found))
	}
	demanded := metav1.Preconditions{UID: &n.UID}
	if asked == nil {
		return &demanded, nil
	}
	if asked.UID != nil && *asked.UID != n.UID {
		return nil, unmet("UID", *asked.UID, n.UID)
	}
	if asked.ResourceVersion != nil && *asked.ResourceVersion != n.ResourceVersion {
		return nil, unmet("ResourceVersion", *asked.ResourceVersion, n.ResourceVersion)
	}
	demanded.ResourceVersion = asked.ResourceVersion
	return &demanded, nil
}

var namespacesResource = schema.GroupResource{Resource: "namespaces"}

func (n *namespaces) terminate(ctx context.Context, name string, options *rest.DeleteOptions) (runtime.Object, error) {
	return n.store.GuaranteedUpdate(ctx, name, registry.StorageUpdate{
		DryRun:        options.DryRun,
		Preconditions: options.Preconditions,
		Mutate: func(obj runtime.Object) error {
			if options.Validate != nil {
				if err := options.Validate(ctx, nil, obj); err != nil {
					return err
				}
			}
			namespace := obj.(*corev1.Namespace)
			if namespace.DeletionTimestamp.IsZero() {
				now := metav1.Now()
				namespace.DeletionTimestamp = &now
			}
			namespace.Status.Phase = corev1.NamespaceTerminating
			collectorFinalizers(namespace, &options.DeleteOptions)
			return nil
		},
	})
}

// collectorFinalizers sets the garbage collector's finalizers for the propagation policy. Without a policy they stay.
func collectorFinalizers(n *corev1.Namespace, o *metav1.DeleteOptions) {
	set := func(finalizer string, wanted bool) {
		n.Finalizers = slices.DeleteFunc(n.Finalizers, func(f string) bool { return f == finalizer })
		if wanted {
			n.Finalizers = append(n.Finalizers, finalizer)
		}
	}
	switch {
	case o.OrphanDependents != nil: //nolint:staticcheck // old clients send it
		set(metav1.FinalizerOrphanDependents, *o.OrphanDependents)
		set(metav1.FinalizerDeleteDependents, !*o.OrphanDependents)
	case o.PropagationPolicy != nil:
		set(metav1.FinalizerOrphanDependents, *o.PropagationPolicy == metav1.DeletePropagationOrphan)
		set(metav1.FinalizerDeleteDependents, *o.PropagationPolicy == metav1.DeletePropagationForeground)
	}
}

// AsNamespace returns the Namespace in obj.
func AsNamespace(obj runtime.Object) (*corev1.Namespace, error) {
	obj = kinds.Unwrap(obj)
	namespace, ok := obj.(*corev1.Namespace)
	if !ok {
		return nil, fmt.Errorf("expected *corev1.Namespace, got %T", obj)
	}
	return namespace, nil
}

// removeWhenFinalized lets an update remove a Terminating namespace only if it has no finalizers in its spec either.
func removeWhenFinalized(s *registry.Store, _ *resource.Dependencies) {
	s.ShouldDeleteDuringUpdate = func(_ context.Context, obj, _ runtime.Object) bool {
		return len(obj.(*corev1.Namespace).Spec.Finalizers) == 0
	}
}

// finalize is the subresource with which the namespace controller removes its finalizer. It can only be updated.
type finalize struct{ part *resource.SubresourceREST }

var _ rest.Updater = finalize{}

func namespaceSubresources(s *registry.Store, _ *resource.Dependencies) map[string]rest.Storage {
	own := *s
	own.ObjectMeta = registry.ObjectMetaValidation{}
	return map[string]rest.Storage{"finalize": finalize{resource.NewSubresourceREST(&own, namespaceFinalize{})}}
}

// New returns an empty Namespace.
func (f finalize) New() runtime.Object { return f.part.New() }

// Destroy does nothing.
func (f finalize) Destroy() {}

// GetResetFields returns status.
func (f finalize) GetResetFields() rest.ResetFields { return f.part.GetResetFields() }

// Update replaces the finalizers. A Terminating namespace without finalizers is then removed.
func (f finalize) Update(ctx context.Context, name string, update *rest.Update) (runtime.Object, bool, error) {
	return f.part.Update(ctx, name, update)
}
