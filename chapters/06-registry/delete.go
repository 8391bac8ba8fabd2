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

// Delete removes the object called name, or begins to: one that gets time to end, or that finalizers hold, is marked
// with a deletionTimestamp and stays. Upstream: Store.Delete.
//
// The answer is the object where it stays, or where ReturnDeleted is set; otherwise a Status with the object's name
// and uid. It may be shared: it is read-only. Nil options delete at once.
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

// deleter is one delete under way.
type deleter struct {
	*Store
	key, name string
	request   rest.DeleteOptions
	target    storage.Interface

	hasFinalizers bool // finalizers are left
	graceful      gracefulDeletion
	marked        bool // the object in storage says that it is being deleted
}

// newDeleter copies the options: the strategy fills in the grace period, each time that it is asked.
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

// How an attempt to mark an object ends without a write.
var (
	errAlreadyDeleting = errors.New("the object is ending already")
	errDeleteNow       = errors.New("nothing holds the object")
)

// updateForGracefulDeletionAndFinalizers stores that the object is being deleted, and reports whether it stays. stored is nil where there was nothing to
// store: the object can go. Upstream: Store.updateForGracefulDeletionAndFinalizers.
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

// attempt decides anew about what is stored now, and marks it.
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

// validateDeletion is validate as a storage takes it; nil where there is nothing to ask.
func (d *deleter) validateDeletion() func(context.Context, runtime.Object) error {
	if d.request.Validate == nil {
		return nil
	}
	return d.validate
}

func (d *deleter) validate(ctx context.Context, obj runtime.Object) error {
	if d.request.Validate == nil {
		return nil
	}
	return d.request.Validate(ctx, nil, obj)
}

// updatePrecondition lets a precondition on the version hold for what mark has stored.
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

// deleteFromStorage takes the object out of the storage. last is its last state that is known: a guess that saves a read.
func (d *deleter) deleteFromStorage(ctx context.Context, last runtime.Object) (runtime.Object, bool, error) {
	if d.marked && len(d.request.DryRun) > 0 {
		return d.decorate(last), true, nil // the storage does not have the mark
	}
	var out kinds.ResultPointer
	err := d.target.Delete(ctx, d.key, &out, storage.DeleteOptions{
		Preconditions:        d.request.Preconditions,
		Validate:             d.validateDeletion(),
		CachedExistingObject: last,
	})
	switch {
	case err != nil && d.marked && errors.Is(err, storage.ErrNotFound):
		out.Object = last // who runs the object has removed it after the mark
	case err != nil:
		return nil, false, d.interpretError("delete", d.name, err)
	}
	obj, err := d.finalizeDelete(ctx, kinds.Unwrap(out.Object))
	return obj, true, err
}

// finalizeDelete runs the hook and makes what the client gets. Upstream: Store.finalizeDelete.
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

// objectOrStatus tells the client what was deleted: with the uid, so that it knows which object of that name, and with
// the resource as the request names it, since a Store may be served in several groups.
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

// gracefulDeletion is what a delete means for the end of an object in one state. The zero value: no time is given.
type gracefulDeletion struct {
	// pending: the object is ending already, and the request does not shorten that.
	pending bool
	// deletionTimestamp, where not nil, is when the object's time is over; seconds is that time's length. Both are to be stored
	// before anything else happens, so that who runs the object (a kubelet) learns of it.
	deletionTimestamp  *metav1.Time
	gracePeriodSeconds int64
	first              bool // nobody has asked for the deletion before
}

// beforeDelete decides, and changes nothing but options. Upstream: rest.BeforeDelete.
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

// shortenGracePeriod is the second delete of an object: it may only bring the end nearer.
func shortenGracePeriod(m metav1.Object, o *metav1.DeleteOptions) gracefulDeletion {
	given := nonNegativePeriod(m.GetDeletionGracePeriodSeconds())
	if given == nil || *given == 0 {
		return gracefulDeletion{} // its time is over, and whoever should have removed it did not
	}
	if o.GracePeriodSeconds == nil || *o.GracePeriodSeconds >= *given {
		return gracefulDeletion{pending: true}
	}
	asked := m.GetDeletionTimestamp().Add(-seconds(*given))
	until := metav1.NewTime(asked.Add(seconds(*o.GracePeriodSeconds)))
	return gracefulDeletion{deletionTimestamp: &until, gracePeriodSeconds: *o.GracePeriodSeconds}
}

// apply stores in the object what was decided.
func (g gracefulDeletion) apply(m metav1.Object) {
	if g.first {
		incrementGeneration(m)
	}
	m.SetDeletionTimestamp(g.deletionTimestamp)
	m.SetDeletionGracePeriodSeconds(&g.gracePeriodSeconds)
}

// markAsDeleting is gracefulDeletion.apply for an object that gets no time but is held by finalizers, whose owners watch for the timestamp.
// Upstream: markAsDeleting.
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

// incrementGeneration tells controllers that what is wanted has changed: that the object goes. An object that counts no
// generations has none.
func incrementGeneration(m metav1.Object) {
	if generation := m.GetGeneration(); generation > 0 {
		m.SetGeneration(generation + 1)
	}
}

// checkDeletePreconditions looks at what was read, so that a client that is wrong hears so before anything is written.
// The storage checks them again as it writes.
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
	// the kind, not the resource, as upstream answers
	return apierrors.NewConflict(schema.GroupResource{Group: s.Kind.Group, Resource: s.Kind.Kind}, m.GetName(), unmet)
}

// nonNegativePeriod reads a negative period as one second.
func nonNegativePeriod(period *int64) *int64 {
	if period != nil && *period < 0 {
		second := int64(1)
		return &second
	}
	return period
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }
