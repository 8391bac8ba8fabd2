package registry

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

// Create stores obj, which the Store changes and keeps, under its name. If it has only a generateName, the Store generates
// the name. The result may be shared: it is read-only. Upstream: Store.Create.
//
// Errors: AlreadyExists, Invalid, BadRequest (namespaces that differ), and those of the strategy, of options.Validate and
// of the hooks.
func (s *Store) Create(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	if options == nil {
		options = &rest.CreateOptions{}
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		return nil, err
	}
	if m.GetGenerateName() == "" || m.GetName() != "" {
		return s.createNamed(ctx, obj, options)
	}
	for attempt := 1; ; attempt++ {
		out, err := s.createNamed(ctx, obj.DeepCopyObject(), options)
		if attempt == maxNameGenerationCreateAttempts || !apierrors.IsAlreadyExists(err) {
			return out, err
		}
	}
}

// createNamed makes one attempt, with one name.
func (s *Store) createNamed(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return nil, err
	}
	s.fillObjectMetaSystemFields(m)
	finish, err := s.beginCreate(ctx, obj, options)
	if err != nil {
		return nil, err
	}
	stored, err := s.storeNew(ctx, obj, options)
	finish.call(ctx, err == nil)
	if err != nil {
		return nil, err
	}
	if s.AfterCreate != nil {
		s.AfterCreate(kinds.Unwrap(stored), options)
	}
	return s.decorate(stored), nil
}

func (s *Store) beginCreate(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (FinishFunc, error) {
	if s.BeginCreate == nil {
		return nil, nil
	}
	return s.BeginCreate(ctx, obj, options)
}

// storeNew does all steps between BeginCreate and its FinishFunc.
func (s *Store) storeNew(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	if err := s.beforeCreate(ctx, obj); err != nil {
		return nil, err
	}
	if options.Validate != nil {
		if err := options.Validate(ctx, obj, nil); err != nil {
			return nil, err
		}
	}
	name, err := s.objectName(obj)
	if err != nil {
		return nil, err
	}
	key, err := s.key(ctx, name)
	if err != nil {
		return nil, err
	}
	ttl, err := s.ttl(obj, 0, false)
	if err != nil {
		return nil, err
	}
	normalize(obj)
	var out kinds.ResultPointer
	target := s.storageFor(options.DryRun)
	if err := target.Create(ctx, key, obj, &out, ttl); err != nil {
		err = s.explainAlreadyExists(ctx, s.interpretError("create", name, err), key, obj)
		return nil, err
	}
	return out.Object, nil
}

// explainAlreadyExists adds to an AlreadyExists error that the server generated the name, or that the existing object is
// being deleted. Upstream: rest.CheckGeneratedNameError and the end of Store.create.
func (s *Store) explainAlreadyExists(ctx context.Context, err error, key string, obj runtime.Object) error {
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	if m, metaErr := meta.Accessor(obj); metaErr == nil && m.GetGenerateName() != "" {
		err = apierrors.NewGenerateNameConflict(s.Resource, m.GetName(), 1)
	}
	var existing kinds.ResultPointer
	if s.Storage.Get(ctx, key, storage.GetOptions{}, &existing) != nil {
		return err
	}
	if m, metaErr := meta.Accessor(kinds.Unwrap(existing.Object)); metaErr != nil || m.GetDeletionTimestamp() == nil {
		return err
	}
	status, ok := err.(*apierrors.StatusError)
	if ok {
		status.ErrStatus.Message = "object is being deleted: " + status.ErrStatus.Message
	}
	return err
}

// ttl returns how many seconds an object is stored, 0: for ever; existing is how many remain.
func (s *Store) ttl(obj runtime.Object, existing int64, update bool) (uint64, error) {
	if s.TTLFunc == nil {
		return uint64(max(existing, 0)), nil
	}
	if existing < 0 {
		existing = 1 // the TTL has expired, and the database has not removed the object yet
	}
	return s.TTLFunc(obj, uint64(existing), update)
}

// beforeCreate prepares and validates a new object. Errors: BadRequest, Invalid. Upstream: rest.BeforeCreate.
func (s *Store) beforeCreate(ctx context.Context, obj runtime.Object) error {
	m, err := meta.Accessor(obj)
	if err != nil {
		return apierrors.NewInternalError(err)
	}
	if err := rest.EnsureObjectNamespaceMatchesRequestNamespace(m, s.namespace(ctx)); err != nil {
		return err
	}
	s.Strategy.PrepareForCreate(ctx, obj)
	if errs := s.validateCreate(ctx, obj, m); len(errs) > 0 {
		return s.invalid(m.GetName(), errs)
	}
	addWarnings(ctx, s.Strategy.WarningsOnCreate(ctx, obj))
	s.Strategy.Canonicalize(obj)
	return nil
}

// validateCreate makes the kind's checks first, and then those of all kinds, so that the client gets the kind's message,
// which is more precise.
func (s *Store) validateCreate(ctx context.Context, obj runtime.Object, m metav1.Object) field.ErrorList {
	errs := append(s.validateKindMeta(m), s.Strategy.Validate(ctx, obj)...)
	if len(errs) > 0 {
		return errs
	}
	return validateObjectMeta(m, s.NamespaceScoped(), path.ValidatePathSegmentName)
}

// addWarnings adds each line to the warnings of the response.
func addWarnings(ctx context.Context, lines []string) {
	for _, line := range lines {
		rest.AddWarning(ctx, line)
	}
}

const (
	maxNameLength = 63 // a DNS label
	randomLength  = 5

	// maxNameGenerationCreateAttempts is how many names are tried for one generateName before the client gets an error:
	// with a million names below one prefix, about one create in a thousand finds all of them taken.
	maxNameGenerationCreateAttempts = 8
)
