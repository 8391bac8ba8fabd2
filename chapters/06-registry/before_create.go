package registry

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/validation"
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
	if err := rest.PutInNamespace(m, s.namespace(ctx)); err != nil {
		return err
	}
	s.Strategy.PrepareForCreate(ctx, obj)
	if faults := s.createFaults(ctx, obj, m); len(faults) > 0 {
		return apierrors.NewInvalid(s.Kind.GroupKind(), m.GetName(), faults)
	}
	warn(ctx, s.Strategy.WarningsOnCreate(ctx, obj))
	s.Strategy.Canonicalize(obj)
	return nil
}

// createFaults checks metadata with the strategy's idea of a name, then the rest. That a name fits into a path is
// looked at last, so that the client reads the strategy's more precise message.
func (s *Store) createFaults(ctx context.Context, obj runtime.Object, m metav1.Object) field.ErrorList {
	validName := s.Strategy.ValidateName
	if s.MetadataAgain < 0 {
		validName = path.ValidatePathSegmentName // the kind has no idea of a name
	}
	faults := s.metadataFaults(m, validName)
	own := s.Strategy.Validate(ctx, obj)
	if len(own) > 0 && s.MetadataAgain < 0 {
		return own // its own validation comes first, and does not look at metadata
	}
	if faults = append(faults, own...); len(faults) > 0 {
		return faults
	}
	for _, fault := range path.ValidatePathSegmentName(m.GetName(), false) {
		faults = append(faults, field.Invalid(metadata.Child("name"), m.GetName(), fault))
	}
	return faults
}

// metadata is where the paths of its faults begin.
var metadata = field.NewPath("metadata")

func (s *Store) metadataFaults(m metav1.Object, validName validation.ValidateNameFunc) field.ErrorList {
	return validation.ValidateObjectMetaAccessor(m, s.NamespaceScoped(), validName, metadata)
}

// warn adds each line to the answer's warnings.
func warn(ctx context.Context, lines []string) {
	for _, line := range lines {
		rest.AddWarning(ctx, line)
	}
}
