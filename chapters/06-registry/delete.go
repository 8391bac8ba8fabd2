package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

// A delete may take several requests (chapters/17-controlplane/testdata/races/delete_gracefully.txtar plays it). Time runs
// down; each revision shows what is stored from then on.
//
//	client                       stored: pods/web                              kubelet, watches
//	DELETE grace=30 ───────────▶ r3  deletionTimestamp: in 30 s, grace: 30 ──▶ stops the containers
//	DELETE grace=5 ────────────▶ r4  deletionTimestamp: in 5 s, grace: 5 ────▶ in less time
//	DELETE grace=60 ───────────▶ r4  unchanged: a grace period only gets shorter
//	                             r5  deletionTimestamp: now, grace: 0 ◀─────── DELETE grace=0: they have stopped
//	                             r6  nothing ────────────────────────────────▶ DELETED
//
// With finalizers (delete_finalizers.txtar):
//
//	client                       stored: configmaps/web, finalizers: [a, b]    controllers of a and b, watch
//	DELETE ────────────────────▶ r3  deletionTimestamp: now, grace: 0 ───────▶ clean up
//	PATCH, adds c ─────────────▶ r3  unchanged: 422, no new finalizers
//	                             r4  finalizers: [b] ◀──────────────────────── PUT without a
//	                             r5  nothing ◀──────────────────────────────── PATCH without b: update.go deletes
//
// A propagation policy adds a finalizer of the garbage collector in the same write: foregroundDeletion for Foreground
// (delete_foreground.txtar), orphan for Orphan, none for Background. From then on it is like a and b.
//
// Preconditions (uid, resourceVersion) are checked for the object that Delete reads, in each attempt to store
// deletionTimestamp, and in each attempt to delete the key. If another client writes between two steps, Delete gets 409 if a
// precondition no longer holds (delete_preconditions.txtar), and otherwise tries again (delete_finalizer_added.txtar).

// Delete deletes the object called name. If the object has finalizers or gets a grace period, Delete only stores its
// deletionTimestamp, and the object stays: the result is false. Upstream: Store.Delete.
//
// The returned object is the stored one if it stays, or if ReturnDeletedObject is set; otherwise a Status with name and uid.
// It may be shared: it is read-only. Nil options mean a grace period of 0.
//
// Errors: NotFound, Conflict (preconditions), Invalid (options), and those of options.Validate.
func (s *Store) Delete(ctx context.Context, name string, options *rest.DeleteOptions) (runtime.Object, bool, error) {
	key, err := s.key(ctx, name)
	if err != nil {
		return nil, false, err
	}
	var ref kinds.ResultPointer
	if err := s.Storage.Get(ctx, key, storage.GetOptions{}, &ref); err != nil {
		return nil, false, s.interpretError("delete", name, err)
	}
	found := kinds.Unwrap(ref.Object)
	m, err := meta.Accessor(found)
	if err != nil {
		return nil, false, err
	}
	d := s.newDeleter(key, name, options)
	verdict, err := s.beforeDelete(ctx, found, d.options())
	switch {
	case err != nil:
		return nil, false, err
	case verdict.pending:
		return s.objectOrStatus(ctx, found, m), false, nil
	}
	last := found
	if verdict.deletionTimestamp != nil || len(m.GetFinalizers()) > 0 || len(s.deletionFinalizersForGarbageCollection(ctx, m, d.options())) > 0 {
		stored, stays, err := d.updateForGracefulDeletionAndFinalizers(ctx, found)
		if err != nil || stays {
			return stored, false, err
		}
		if stored != nil {
			last = kinds.Unwrap(stored)
		}
	}
	return d.deleteFromStorage(ctx, last)
}

// deleter is the state of one delete.
type deleter struct {
	*Store
	key, name string
	request   rest.DeleteOptions
	target    storage.Interface

	hasFinalizers bool             // in the last attempt
	graceful      gracefulDeletion // decided by the last attempt
	marked        bool             // deletionTimestamp is stored, and the object is to be deleted now
}

// newDeleter copies the options, since the strategy sets the grace period in them.
func (s *Store) newDeleter(key, name string, options *rest.DeleteOptions) *deleter {
	d := &deleter{Store: s, key: key, name: name}
	if options != nil {
		d.request.Validate = options.Validate
		options.DeleteOptions.DeepCopyInto(&d.request.DeleteOptions)
	} else {
		d.request.GracePeriodSeconds = new(int64)
	}
	d.target = s.storageFor(d.request.DryRun)
	return d
}

func (d *deleter) options() *metav1.DeleteOptions { return &d.request.DeleteOptions }

// Errors that end an attempt without a write.
var (
	errAlreadyDeleting = errors.New("the object is already being deleted")
	errDeleteNow       = errors.New("the object has no finalizers and no grace period")
)

// updateForGracefulDeletionAndFinalizers stores deletionTimestamp, grace period and finalizers, and reports whether the
// object stays. stored is nil if there was nothing to store: the object is to be deleted now.
// Upstream: Store.updateForGracefulDeletionAndFinalizers.
func (d *deleter) updateForGracefulDeletionAndFinalizers(ctx context.Context, found runtime.Object) (stored runtime.Object, stays bool, err error) {
	var out kinds.ResultPointer
	err = d.target.GuaranteedUpdate(ctx, d.key, &out, storage.Update{
		Preconditions:        d.request.Preconditions,
		CachedExistingObject: found,
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			return storage.MutateResult{Object: old}, d.attempt(ctx, old)
		},
	})
	switch {
	case errors.Is(err, errDeleteNow):
		return nil, false, nil
	case errors.Is(err, errAlreadyDeleting):
		stored, err = d.finalizeDelete(ctx, found)
		return stored, true, err
	case err != nil:
		return nil, false, d.interpretError("update", d.name, err)
	case d.hasFinalizers || d.graceful.gracePeriodSeconds > 0:
		return out.Object, true, nil
	}
	d.marked = true
	return out.Object, false, d.updatePrecondition(out.Object)
}

// attempt makes the decision again, for the object that is stored now, and changes obj accordingly. The storage calls it
// again after a lost race.
func (d *deleter) attempt(ctx context.Context, obj runtime.Object) error {
	if err := d.validate(ctx, obj); err != nil {
		return err
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		return err
	}
	d.graceful, err = d.beforeDelete(ctx, obj, d.options())
	switch {
	case err != nil:
		return err
	case d.graceful.pending:
		return errAlreadyDeleting
	}
	if wanted := d.deletionFinalizersForGarbageCollection(ctx, m, d.options()); !slices.Equal(wanted, m.GetFinalizers()) {
		m.SetFinalizers(wanted)
	}
	d.hasFinalizers = len(m.GetFinalizers()) > 0
	switch {
	case d.graceful.deletionTimestamp != nil:
		d.graceful.apply(m)
	case d.hasFinalizers:
		markAsDeleting(m, d.now())
	default:
		return errDeleteNow
	}
	return nil
}

func (d *deleter) validate(ctx context.Context, obj runtime.Object) error {
	if d.request.Validate == nil {
		return nil
	}
	return d.request.Validate(ctx, nil, obj)
}

// updatePrecondition replaces the version in the preconditions by that of the object that this delete has stored.
func (d *deleter) updatePrecondition(stored runtime.Object) error {
	p := d.request.Preconditions
	if p == nil || p.ResourceVersion == nil {
		return nil
	}
	m, err := meta.Accessor(kinds.Unwrap(stored))
	if err != nil {
		return err
	}
	version := m.GetResourceVersion()
	p.ResourceVersion = &version
	return nil
}

// deleteFromStorage deletes the object from the storage. last is its last known state, which may save a read.
func (d *deleter) deleteFromStorage(ctx context.Context, last runtime.Object) (runtime.Object, bool, error) {
	if d.marked && len(d.request.DryRun) > 0 {
		return d.decorate(last), true, nil // a dry run has not stored deletionTimestamp
	}
	options := storage.DeleteOptions{Preconditions: d.request.Preconditions, CachedExistingObject: last}
	if d.request.Validate != nil {
		options.Validate = d.validate // without it, the storage need not decode the object first
	}
	var out kinds.ResultPointer
	err := d.target.Delete(ctx, d.key, &out, options)
	switch {
	case err != nil && d.marked && errors.Is(err, storage.ErrNotFound):
		out.Object = last // another request (a kubelet's) has deleted it since deletionTimestamp was stored
	case err != nil:
		return nil, false, d.interpretError("delete", d.name, err)
	}
	obj, err := d.finalizeDelete(ctx, kinds.Unwrap(out.Object))
	return obj, true, err
}

// finalizeDelete calls the AfterDelete hook and returns the result for the client. Upstream: Store.finalizeDelete.
func (d *deleter) finalizeDelete(ctx context.Context, obj runtime.Object) (runtime.Object, error) {
	if d.AfterDelete != nil {
		d.AfterDelete(obj, &d.request)
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		return nil, err
	}
	return d.objectOrStatus(ctx, obj, m), nil
}

// objectOrStatus returns the deleted object, or a Status with its name and uid. The Status has the group and resource of
// the request, since a Store may be served in several groups.
func (s *Store) objectOrStatus(ctx context.Context, obj runtime.Object, m metav1.Object) runtime.Object {
	if s.ReturnDeletedObject {
		return s.decorate(obj)
	}
	details := &metav1.StatusDetails{Name: m.GetName(), Group: s.Resource.Group, Kind: s.Resource.Resource, UID: m.GetUID()}
	if info, ok := installer.RequestInfoFrom(ctx); ok && info.Resource != "" {
		details.Group, details.Kind = info.APIGroup, info.Resource
	}
	return &metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusSuccess, Details: details,
	}
}

// gracefulDeletion is the decision about the grace period of an object. The zero value: it gets none.
type gracefulDeletion struct {
	// pending: the object is already being deleted, and the request does not shorten its grace period.
	pending bool
	// deletionTimestamp is when the grace period ends; nil: there is none. It is stored before the object is deleted, also
	// with a period of 0, so that its owner (a kubelet) sees it.
	deletionTimestamp  *metav1.Time
	gracePeriodSeconds int64
	first              bool // the object is not being deleted yet
}

// beforeDelete makes the decision; it changes only o. Upstream: rest.BeforeDelete.
//
// Errors: Invalid (options), Conflict (preconditions).
func (s *Store) beforeDelete(ctx context.Context, obj runtime.Object, o *metav1.DeleteOptions) (gracefulDeletion, error) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return gracefulDeletion{}, err
	}
	if errs := validation.ValidateDeleteOptions(o); len(errs) > 0 {
		kind := schema.GroupKind{Group: metav1.GroupName, Kind: "DeleteOptions"}
		return gracefulDeletion{}, rest.NewInvalid(kind, "", errs)
	}
	if err := s.checkDeletePreconditions(m, o.Preconditions); err != nil {
		return gracefulDeletion{}, err
	}
	o.GracePeriodSeconds = nonNegativePeriod(o.GracePeriodSeconds)
	strategy, ok := As[RESTGracefulDeleteStrategy](s.Strategy)
	switch {
	case !ok:
		return gracefulDeletion{}, nil
	case m.GetDeletionTimestamp() != nil:
		return shortenGracePeriod(m, o), nil
	case !strategy.CheckGracefulDelete(ctx, obj, o):
		return gracefulDeletion{}, nil
	}
	until := metav1.NewTime(s.now().Add(seconds(*o.GracePeriodSeconds)))
	return gracefulDeletion{deletionTimestamp: &until, gracePeriodSeconds: *o.GracePeriodSeconds, first: true}, nil
}

// shortenGracePeriod is the decision for an object that is already being deleted: its grace period can only get shorter.
func shortenGracePeriod(m metav1.Object, o *metav1.DeleteOptions) gracefulDeletion {
	given := nonNegativePeriod(m.GetDeletionGracePeriodSeconds())
	if given == nil || *given == 0 {
		return gracefulDeletion{} // its grace period is 0 already
	}
	if o.GracePeriodSeconds == nil || *o.GracePeriodSeconds >= *given {
		return gracefulDeletion{pending: true}
	}
	asked := m.GetDeletionTimestamp().Add(-seconds(*given))
	until := metav1.NewTime(asked.Add(seconds(*o.GracePeriodSeconds)))
	return gracefulDeletion{deletionTimestamp: &until, gracePeriodSeconds: *o.GracePeriodSeconds}
}

// apply sets deletionTimestamp and grace period in the object.
func (g gracefulDeletion) apply(m metav1.Object) {
	if g.first {
		incrementGeneration(m)
	}
	m.SetDeletionTimestamp(g.deletionTimestamp)
	m.SetDeletionGracePeriodSeconds(&g.gracePeriodSeconds)
}

// markAsDeleting is gracefulDeletion.apply for an object that has finalizers but gets no grace period. The controllers
// that own the finalizers watch for deletionTimestamp. Upstream: markAsDeleting.
func markAsDeleting(m metav1.Object, now metav1.Time) {
	asked := m.GetDeletionTimestamp()
	if asked == nil {
		incrementGeneration(m)
	}
	if asked == nil || asked.After(now.Time) {
		m.SetDeletionTimestamp(&now)
	}
	m.SetDeletionGracePeriodSeconds(new(int64))
}

// incrementGeneration raises the generation of an object that has one, since the deletion is a change of what is wanted.
func incrementGeneration(m metav1.Object) {
	if generation := m.GetGeneration(); generation > 0 {
		m.SetGeneration(generation + 1)
	}
}

// checkDeletePreconditions checks the preconditions for the object that was read. The storage checks them again when it
// writes.
func (s *Store) checkDeletePreconditions(m metav1.Object, p *metav1.Preconditions) error {
	if p == nil {
		return nil
	}
	var unmet error
	switch {
	case p.UID != nil && *p.UID != m.GetUID():
		unmet = fmt.Errorf("the UID in the precondition (%s) does not match the UID in record (%s). "+
			"The object might have been deleted and then recreated", *p.UID, m.GetUID())
	case p.ResourceVersion != nil && *p.ResourceVersion != m.GetResourceVersion():
		unmet = fmt.Errorf("the ResourceVersion in the precondition (%s) does not match the ResourceVersion in record (%s). "+
			"The object might have been modified", *p.ResourceVersion, m.GetResourceVersion())
	default:
		return nil
	}
	// upstream has the kind where other conflicts have the resource
	return apierrors.NewConflict(schema.GroupResource{Group: s.Kind.Group, Resource: s.Kind.Kind}, m.GetName(), unmet)
}

// nonNegativePeriod replaces a negative period by one second.
func nonNegativePeriod(period *int64) *int64 {
	if period != nil && *period < 0 {
		second := int64(1)
		return &second
	}
	return period
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }
