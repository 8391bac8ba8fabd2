package registry

import (
	"context"
	"errors"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

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
		return nil, false, s.status("delete", name, err)
	}
	found := plain(ref.Object)
	m, err := meta.Accessor(found)
	if err != nil {
		return nil, false, err
	}
	d := s.deleting(key, name, options)
	verdict, err := s.beforeDelete(ctx, found, d.options())
	switch {
	case err != nil:
		return nil, false, err
	case verdict.pending:
		return s.decoratedOrStatus(ctx, found, m), false, nil
	}
	last := found
	if verdict.until != nil || len(m.GetFinalizers()) > 0 || len(s.finalizers(ctx, m, d.options())) > 0 {
		stored, stays, err := d.mark(ctx, found)
		if err != nil || stays {
			return stored, false, err
		}
		if stored != nil {
			last = plain(stored)
		}
	}
	return d.remove(ctx, last)
}

// deleting is one delete under way.
type deleting struct {
	*Store
	key, name string
	request   rest.DeleteOptions
	target    storage.Interface

	held   bool // finalizers are left
	given  grace
	marked bool // the object in storage says that it is being deleted
}

// deleting copies the options: the strategy fills in the grace period, each time that it is asked.
func (s *Store) deleting(key, name string, options *rest.DeleteOptions) *deleting {
	d := &deleting{Store: s, key: key, name: name}
	if options != nil {
		d.request.Validate = options.Validate
		options.DeleteOptions.DeepCopyInto(&d.request.DeleteOptions)
	} else {
		d.request.GracePeriodSeconds = new(int64)
	}
	d.target = s.target(d.request.DryRun)
	return d
}

func (d *deleting) options() *metav1.DeleteOptions { return &d.request.DeleteOptions }

// How an attempt to mark an object ends without a write.
var (
	errPending   = errors.New("the object is ending already")
	errDeleteNow = errors.New("nothing holds the object")
)

// mark stores that the object is being deleted, and reports whether it stays. stored is nil where there was nothing to
// store: the object can go. Upstream: Store.updateForGracefulDeletionAndFinalizers.
func (d *deleting) mark(ctx context.Context, found runtime.Object) (stored runtime.Object, stays bool, err error) {
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
	case errors.Is(err, errPending):
		stored, err = d.answer(ctx, found)
		return stored, true, err
	case err != nil:
		return nil, false, d.status("update", d.name, err)
	case d.held || d.given.seconds > 0:
		return out.Object, true, nil
	}
	d.marked = true
	return out.Object, false, d.follow(out.Object)
}

// attempt decides anew about what is stored now, and marks it.
func (d *deleting) attempt(ctx context.Context, obj runtime.Object) error {
	if err := d.validate(ctx, obj); err != nil {
		return err
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		return err
	}
	d.given, err = d.beforeDelete(ctx, obj, d.options())
	switch {
	case err != nil:
		return err
	case d.given.pending:
		return errPending
	}
	if wanted := d.finalizers(ctx, m, d.options()); !slices.Equal(wanted, m.GetFinalizers()) {
		m.SetFinalizers(wanted)
	}
	d.held = len(m.GetFinalizers()) > 0
	switch {
	case d.given.until != nil:
		d.given.give(m)
	case d.held:
		markDeleting(m, d.now())
	default:
		return errDeleteNow
	}
	return nil
}

// check is validate as a storage takes it; nil where there is nothing to ask.
func (d *deleting) check() func(context.Context, runtime.Object) error {
	if d.request.Validate == nil {
		return nil
	}
	return d.validate
}

func (d *deleting) validate(ctx context.Context, obj runtime.Object) error {
	if d.request.Validate == nil {
		return nil
	}
	return d.request.Validate(ctx, nil, obj)
}

// follow lets a precondition on the version hold for what mark has stored.
func (d *deleting) follow(stored runtime.Object) error {
	p := d.request.Preconditions
	if p == nil || p.ResourceVersion == nil {
		return nil
	}
	m, err := meta.Accessor(plain(stored))
	if err != nil {
		return err
	}
	version := m.GetResourceVersion()
	p.ResourceVersion = &version
	return nil
}

// remove takes the object out of the storage. last is its last state that is known: a guess that saves a read.
func (d *deleting) remove(ctx context.Context, last runtime.Object) (runtime.Object, bool, error) {
	if d.marked && len(d.request.DryRun) > 0 {
		return d.decorated(last), true, nil // the storage does not have the mark
	}
	var out kinds.ResultPointer
	err := d.target.Delete(ctx, d.key, &out, storage.DeleteOptions{
		Preconditions:        d.request.Preconditions,
		Validate:             d.check(),
		CachedExistingObject: last,
	})
	switch {
	case err != nil && d.marked && errors.Is(err, storage.ErrNotFound):
		out.Object = last // who runs the object has removed it after the mark
	case err != nil:
		return nil, false, d.status("delete", d.name, err)
	}
	obj, err := d.answer(ctx, plain(out.Object))
	return obj, true, err
}

// answer runs the hook and makes what the client gets. Upstream: Store.finalizeDelete.
func (d *deleting) answer(ctx context.Context, obj runtime.Object) (runtime.Object, error) {
	if d.AfterDelete != nil {
		d.AfterDelete(obj, &d.request)
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		return nil, err
	}
	return d.decoratedOrStatus(ctx, obj, m), nil
}

// decoratedOrStatus tells the client what was deleted: with the uid, so that it knows which object of that name, and with
// the resource as the request names it, since a Store may be served in several groups.
func (s *Store) decoratedOrStatus(ctx context.Context, obj runtime.Object, m metav1.Object) runtime.Object {
	if s.ReturnDeletedObject {
		return s.decorated(obj)
	}
	details := &metav1.StatusDetails{Name: m.GetName(), Group: s.Resource.Group, Kind: s.Resource.Resource, UID: m.GetUID()}
	if info, ok := installer.RequestInfoFrom(ctx); ok && info.Resource != "" {
		details.Group, details.Kind = info.APIGroup, info.Resource
	}
	return &metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusSuccess, Details: details,
	}
}
