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

// beforeCreate brings a new object into the form in which it may be stored, or says why it cannot be (BadRequest,
// Invalid). Upstream: rest.BeforeCreate.
func (s *Store) beforeCreate(ctx context.Context, obj runtime.Object) error {
	m, err := meta.Accessor(obj)
	if err != nil {
		return apierrors.NewInternalError(err)
	}
	if err := rest.EnsureObjectNamespaceMatchesRequestNamespace(m, s.namespace(ctx)); err != nil {
		return err
	}
	s.Strategy.PrepareForCreate(ctx, obj)
	if faults := s.createFaults(ctx, obj, m); len(faults) > 0 {
		return rest.NewInvalid(s.Kind.GroupKind(), m.GetName(), faults)
	}
	warn(ctx, s.Strategy.WarningsOnCreate(ctx, obj))
	s.Strategy.Canonicalize(obj)
	return nil
}

// createFaults asks the kind first, and then checks what all kinds share, so that the client reads the kind's more
// precise message.
func (s *Store) createFaults(ctx context.Context, obj runtime.Object, m metav1.Object) field.ErrorList {
	errs := append(s.ownMetaErrors(m), s.Strategy.Validate(ctx, obj)...)
	if len(errs) > 0 {
		return errs
	}
	return validateObjectMeta(m, s.NamespaceScoped(), path.ValidatePathSegmentName)
}

// warn adds each line to the answer's warnings.
func warn(ctx context.Context, lines []string) {
	for _, line := range lines {
		rest.AddWarning(ctx, line)
	}
}
