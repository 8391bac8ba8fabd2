package registry

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

// Create stores obj, which the Store changes and keeps, under its name or, where it has only a generateName, under a
// name made from that. The answer may be shared: it is read-only. Upstream: Store.Create.
//
// Errors: AlreadyExists, Invalid, BadRequest (namespaces that differ), and those of the strategy's, the caller's and
// the hooks' making.
func (s *Store) Create(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	if options == nil {
		options = &rest.CreateOptions{}
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		return nil, err
	}
	if m.GetGenerateName() == "" || m.GetName() != "" {
		return s.create(ctx, obj, options)
	}
	for attempt := 1; ; attempt++ {
		out, err := s.create(ctx, obj.DeepCopyObject(), options)
		if attempt == nameAttempts || !apierrors.IsAlreadyExists(err) {
			return out, err
		}
	}
}

// create is one attempt, with one name.
func (s *Store) create(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return nil, err
	}
	s.identify(m)
	finish, err := s.beginCreate(ctx, obj, options)
	if err != nil {
		return nil, err
	}
	stored, err := s.createBegun(ctx, obj, options)
	finish.end(ctx, err == nil)
	if err != nil {
		return nil, err
	}
	if s.AfterCreate != nil {
		s.AfterCreate(plain(stored), options)
	}
	return s.decorated(stored), nil
}

func (s *Store) beginCreate(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (FinishFunc, error) {
	if s.BeginCreate == nil {
		return nil, nil
	}
	return s.BeginCreate(ctx, obj, options)
}

// createBegun is what happens between BeginCreate and its FinishFunc.
func (s *Store) createBegun(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
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
	settle(obj)
	var out kinds.ResultPointer
	target := s.target(options.DryRun)
	if err := target.Create(ctx, key, obj, &out, ttl); err != nil {
		err = s.explainExisting(ctx, s.status("create", name, err), key, obj)
		return nil, err
	}
	return out.Object, nil
}

// explainExisting says of an AlreadyExists what the client needs to know: that the name was of the server's making, or
// that what holds the name is about to go. Upstream: rest.CheckGeneratedNameError and the end of Store.create.
func (s *Store) explainExisting(ctx context.Context, err error, key string, obj runtime.Object) error {
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	if m, fault := meta.Accessor(obj); fault == nil && m.GetGenerateName() != "" {
		err = apierrors.NewGenerateNameConflict(s.Resource, m.GetName(), 1)
	}
	var existing kinds.ResultPointer
	if s.Storage.Get(ctx, key, storage.GetOptions{}, &existing) != nil {
		return err
	}
	if m, fault := meta.Accessor(plain(existing.Object)); fault != nil || m.GetDeletionTimestamp() == nil {
		return err
	}
	status, ok := err.(*apierrors.StatusError)
	if ok {
		status.ErrStatus.Message = "object is being deleted: " + status.ErrStatus.Message
	}
	return err
}

// ttl is how many seconds an object lives, 0 for ever; existing is what it has left.
func (s *Store) ttl(obj runtime.Object, existing int64, update bool) (uint64, error) {
	if s.TTLFunc == nil {
		return uint64(max(existing, 0)), nil
	}
	if existing < 0 {
		existing = 1 // its time is over and the database has not noticed yet
	}
	return s.TTLFunc(obj, uint64(existing), update)
}

// identify gives a new object what makes it this one and no other. Upstream: rest.FillObjectMetaSystemFields.
func (s *Store) identify(m metav1.Object) {
	m.SetUID(newUID())
	m.SetCreationTimestamp(s.now())
	m.SetDeletionTimestamp(nil)
	m.SetDeletionGracePeriodSeconds(nil)
	m.SetSelfLink("")
	if m.GetGenerateName() != "" && m.GetName() == "" {
		m.SetName(generateName(m.GetGenerateName()))
	}
}
