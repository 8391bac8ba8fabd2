package registry

import (
	"context"
	"errors"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

// Update replaces the object called name with the result of update.Mutate. The storage runs the loop, and calls
// updater.attempt again after a lost race. The result may be shared: it is read-only. Upstream: Store.Update.
//
// Errors: NotFound, Conflict (another version, or a precondition), Invalid, BadRequest, and those of the strategy, of
// update.Validate and of the hooks.
func (s *Store) Update(ctx context.Context, name string, update *rest.Update) (runtime.Object, bool, error) {
	key, err := s.key(ctx, name)
	if err != nil {
		return nil, false, err
	}
	u := &updater{Store: s, name: name, request: update}
	var out kinds.ResultPointer
	err = s.storageFor(update.Options.DryRun).GuaranteedUpdate(ctx, key, &out, storage.Update{
		IgnoreNotFound: u.allowsCreate(),
		Preconditions:  update.Preconditions,
		Mutate: func(old runtime.Object, m storage.ResponseMeta) (storage.MutateResult, error) {
			return u.attempt(ctx, old, m)
		},
	})
	u.endAttempt(ctx, err == nil)
	switch {
	case errors.Is(err, errEmptiedFinalizers):
		return u.deleteWithoutFinalizers(ctx, key)
	case err != nil && u.creates:
		return nil, false, u.explainAlreadyExists(ctx, s.interpretError("create", name, err), key, u.obj)
	case err != nil:
		return nil, false, s.interpretError("update", name, err)
	}
	u.afterHook(kinds.Unwrap(out.Object))
	return s.decorate(out.Object), u.creates, nil
}

// updater is the state of one update; the fields after request are those of its last attempt.
type updater struct {
	*Store
	name    string
	request *rest.Update

	obj     runtime.Object // the object to be stored
	creates bool           // no object existed
	finish  FinishFunc     // of the attempt's Begin hook; nil: none, or already called
}

func (u *updater) allowsCreate() bool {
	return u.request.AllowCreate || u.Strategy.AllowCreateOnUpdate()
}

// endAttempt calls the FinishFunc of the attempt.
func (u *updater) endAttempt(ctx context.Context, success bool) {
	finish := u.finish
	u.finish = nil
	finish.call(ctx, success)
}

// attempt makes the object to be stored from old. The storage calls it again after a lost race.
func (u *updater) attempt(ctx context.Context, old runtime.Object, m storage.ResponseMeta) (storage.MutateResult, error) {
	u.endAttempt(ctx, false)
	u.creates = m.ResourceVersion == 0
	if u.creates && !u.allowsCreate() {
		return storage.MutateResult{}, apierrors.NewNotFound(u.Resource, u.name)
	}
	before := old
	if !u.creates {
		before = old.DeepCopyObject() // Mutate may change old, and the new object is compared with it below
	}
	obj, err := u.request.Mutate(ctx, old)
	if err != nil {
		return storage.MutateResult{}, err
	}
	u.obj = obj
	if u.creates {
		return u.prepareCreate(ctx, obj)
	}
	return u.prepareUpdate(ctx, obj, before, m)
}

// prepareCreate is an attempt for an object that does not exist.
func (u *updater) prepareCreate(ctx context.Context, obj runtime.Object) (storage.MutateResult, error) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return storage.MutateResult{}, err
	}
	u.fillObjectMetaSystemFields(m)
	if u.finish, err = u.beginCreate(ctx, obj, u.createOptions()); err != nil {
		return storage.MutateResult{}, err
	}
	if err := u.beforeCreate(ctx, obj); err != nil {
		return storage.MutateResult{}, err
	}
	if validate := u.request.Validate; validate != nil {
		if err := validate(ctx, obj, nil); err != nil {
			return storage.MutateResult{}, err
		}
	}
	normalize(obj)
	ttl, err := u.ttl(obj, 0, false)
	return storage.MutateResult{Object: obj, TTL: &ttl}, err
}

// prepareUpdate is an attempt for an object that exists.
func (u *updater) prepareUpdate(ctx context.Context, obj, old runtime.Object, m storage.ResponseMeta) (storage.MutateResult, error) {
	if err := u.checkResourceVersion(obj, m.ResourceVersion); err != nil {
		return storage.MutateResult{}, err
	}
	if u.BeginUpdate != nil {
		finish, err := u.BeginUpdate(ctx, obj, old, u.request)
		if err != nil {
			return storage.MutateResult{}, err
		}
		u.finish = finish
	}
	if err := u.beforeUpdate(ctx, obj, old); err != nil {
		return storage.MutateResult{}, err
	}
	keepManagedFieldsTimestamps(obj, old)
	if validate := u.request.Validate; validate != nil {
		if err := validate(ctx, obj, old); err != nil {
			return storage.MutateResult{}, err
		}
	}
	if u.shouldDeleteDuringUpdate(ctx, obj, old) {
		return storage.MutateResult{}, errEmptiedFinalizers
	}
	normalize(obj)
	ttl, err := u.ttl(obj, m.TTL, true)
	if err != nil || int64(ttl) == m.TTL {
		return storage.MutateResult{Object: obj}, err
	}
	return storage.MutateResult{Object: obj, TTL: &ttl}, nil
}

func (u *updater) afterHook(stored runtime.Object) {
	switch {
	case u.creates && u.AfterCreate != nil:
		u.AfterCreate(stored, u.createOptions())
	case !u.creates && u.AfterUpdate != nil:
		u.AfterUpdate(stored, u.request)
	}
}

func (u *updater) createOptions() *rest.CreateOptions {
	o := u.request.Options
	return &rest.CreateOptions{
		CreateOptions: metav1.CreateOptions{
			DryRun: o.DryRun, FieldManager: o.FieldManager, FieldValidation: o.FieldValidation,
		},
		Validate: u.request.Validate,
	}
}

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
	keepSystemFields(m, oldMeta)

	errs := s.validateUpdateMeta(m, oldMeta)
	errs = append(errs, s.Strategy.ValidateUpdate(ctx, obj, old)...)
	if len(errs) > 0 {
		return s.invalid(m.GetName(), errs)
	}
	addWarnings(ctx, s.Strategy.WarningsOnUpdate(ctx, obj, old))
	s.Strategy.Canonicalize(obj)
	return nil
}

// keepSystemFields copies from the old object the fields that an update cannot change. A uid or grace period that the new
// one sets stays, so that validation reports a change.
func keepSystemFields(m, old metav1.Object) {
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

// validateUpdateMeta makes the checks of all kinds, and then those of the kind's own validation. An error that both find
// is two causes.
func (s *Store) validateUpdateMeta(m, old metav1.Object) field.ErrorList {
	errs := validateObjectMeta(m, s.NamespaceScoped(), path.ValidatePathSegmentName)
	errs = append(errs, validateObjectMetaUpdate(m, old)...)
	return append(errs, s.validateKindMetaUpdate(m, old)...)
}

// optimisticLockErrorMsg is the message of a Conflict about the resource version. Upstream: OptimisticLockErrorMsg.
const optimisticLockErrorMsg = "the object has been modified; please apply your changes to the latest version and try again"

// checkResourceVersion compares the version that the client has read with the stored one. A client that names none, or 0,
// overwrites any version, if the resource allows that.
func (u *updater) checkResourceVersion(obj runtime.Object, stored uint64) error {
	m, err := meta.Accessor(obj)
	if err != nil {
		return err
	}
	var seen uint64
	if text := m.GetResourceVersion(); text != "" {
		if seen, err = strconv.ParseUint(text, 10, 64); err != nil {
			return err
		}
	}
	switch {
	case seen == stored:
		return nil
	case seen == 0 && u.Strategy.AllowUnconditionalUpdate():
		m.SetResourceVersion(strconv.FormatUint(stored, 10))
		return nil
	case seen == 0:
		missing := field.Invalid(resourceVersionPath, seen, "must be specified for an update")
		named := schema.GroupKind{Group: u.Resource.Group, Kind: u.Resource.Resource}
		return apierrors.NewInvalid(named, u.name, field.ErrorList{missing})
	}
	return apierrors.NewConflict(u.Resource, u.name, errors.New(optimisticLockErrorMsg))
}

// errEmptiedFinalizers ends an update that leaves nothing which delays the deletion of an object.
var errEmptiedFinalizers = errors.New("no finalizers and no grace period left: to be deleted now")

// shouldDeleteDuringUpdate reports whether an object is being deleted and the update leaves it without finalizers, with no
// grace period left, so that it is deleted now. Upstream: ShouldDeleteDuringUpdate.
func (u *updater) shouldDeleteDuringUpdate(ctx context.Context, obj, old runtime.Object) bool {
	m, err := meta.Accessor(obj)
	if err != nil {
		return false
	}
	before, err := meta.Accessor(old)
	if err != nil {
		return false
	}
	grace := before.GetDeletionGracePeriodSeconds()
	return len(m.GetFinalizers()) == 0 && before.GetDeletionTimestamp() != nil && (grace == nil || *grace == 0) &&
		(u.ShouldDeleteDuringUpdate == nil || u.ShouldDeleteDuringUpdate(ctx, obj, old))
}

// deleteWithoutFinalizers deletes the object that the update left without finalizers. The client gets the updated object,
// also if another request has deleted it first. Upstream: Store.deleteWithoutFinalizers.
func (u *updater) deleteWithoutFinalizers(ctx context.Context, key string) (runtime.Object, bool, error) {
	out := kinds.ResultPointer{Object: u.obj}
	err := u.storageFor(u.request.Options.DryRun).Delete(ctx, key, &out, storage.DeleteOptions{
		Preconditions: u.request.Preconditions,
	})
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, false, u.interpretError("delete", u.name, err)
	}
	if err != nil {
		out.Object = u.obj
	}
	if u.AfterDelete != nil {
		options := metav1.DeleteOptions{DryRun: u.request.Options.DryRun}
		u.AfterDelete(kinds.Unwrap(out.Object), &rest.DeleteOptions{DeleteOptions: options})
	}
	return u.obj, false, nil
}

// StorageUpdate is a write by the server itself, for the few verbs that have steps of their own (the deletion of a
// namespace stores that it is terminating). The strategy is not called, and nothing is validated.
type StorageUpdate struct {
	DryRun        []string
	Preconditions *metav1.Preconditions // nil: none
	// Mutate changes obj, which is its own copy; it runs again after a lost race. Its error ends the update and is returned
	// as it is.
	Mutate func(obj runtime.Object) error
}

// GuaranteedUpdate applies a change to the object called name. The result may be shared: it is read-only.
//
// Errors: NotFound, Conflict (preconditions) and Mutate's.
func (s *Store) GuaranteedUpdate(ctx context.Context, name string, change StorageUpdate) (runtime.Object, error) {
	key, err := s.key(ctx, name)
	if err != nil {
		return nil, err
	}
	var out kinds.ResultPointer
	err = s.storageFor(change.DryRun).GuaranteedUpdate(ctx, key, &out, storage.Update{
		Preconditions: change.Preconditions,
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			return storage.MutateResult{Object: old}, change.Mutate(old)
		},
	})
	if err != nil {
		return nil, s.interpretError("update", name, err)
	}
	return s.decorate(out.Object), nil
}
