package registry

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
)

// beforeUpdate is beforeCreate for an object that replaces old. Upstream: rest.BeforeUpdate.
func (s *Store) beforeUpdate(ctx context.Context, obj, old runtime.Object) error {
	m, err := meta.Accessor(obj)
	if err != nil {
		return apierrors.NewInternalError(err)
	}
	oldMeta, err := meta.Accessor(old)
	if err != nil {
		return apierrors.NewInternalError(err)
	}
	if err := rest.EnsureObjectNamespaceMatchesRequestNamespace(m, s.namespace(ctx)); err != nil {
		return err
	}
	m.SetGeneration(oldMeta.GetGeneration()) // only the strategy raises it
	s.Strategy.PrepareForUpdate(ctx, obj, old)
	keepIdentity(m, oldMeta)

	faults := s.updateFaults(m, oldMeta)
	faults = append(faults, s.Strategy.ValidateUpdate(ctx, obj, old)...)
	if len(faults) > 0 {
		return rest.NewInvalid(s.Kind.GroupKind(), m.GetName(), faults)
	}
	warn(ctx, s.Strategy.WarningsOnUpdate(ctx, obj, old))
	s.Strategy.Canonicalize(obj)
	return nil
}

// keepIdentity takes from the old object what an update cannot change, as far as the new one leaves it out or is not
// asked. A uid or a deletion timestamp that it sets itself is left for updateFaults.
func keepIdentity(m, old metav1.Object) {
	if m.GetUID() == "" {
		m.SetUID(old.GetUID())
	}
	if created := old.GetCreationTimestamp(); !created.IsZero() {
		m.SetCreationTimestamp(created)
	}
	if deleted := old.GetDeletionTimestamp(); !deleted.IsZero() {
		m.SetDeletionTimestamp(deleted)
	}
	if m.GetDeletionGracePeriodSeconds() == nil {
		m.SetDeletionGracePeriodSeconds(old.GetDeletionGracePeriodSeconds())
	}
	m.SetSelfLink("")
}

// updateFaults checks what all kinds share; then the kind looks at metadata itself. A fault that both find is two causes.
func (s *Store) updateFaults(m, old metav1.Object) field.ErrorList {
	errs := validateObjectMeta(m, s.NamespaceScoped(), path.ValidatePathSegmentName)
	errs = append(errs, validateObjectMetaUpdate(m, old)...)
	return append(errs, s.ownMetaUpdateErrors(m, old)...)
}
