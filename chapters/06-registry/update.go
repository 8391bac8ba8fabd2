package registry

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

// Update replaces the object called name with what update.Mutate makes of it. The storage runs the loop; updating is
// one attempt. The answer may be shared: it is read-only. Upstream: Store.Update.
//
// Errors: NotFound, Conflict (another version, or a precondition), Invalid, BadRequest, and those of the strategy's,
// the caller's and the hooks' making.
func (s *Store) Update(ctx context.Context, name string, update *rest.Update) (runtime.Object, bool, error) {
	key, err := s.key(ctx, name)
	if err != nil {
		return nil, false, err
	}
	u := &updating{Store: s, name: name, request: update}
	var out kinds.ResultPointer
	err = s.target(update.Options.DryRun).GuaranteedUpdate(ctx, key, &out, storage.Update{
		IgnoreNotFound: u.mayCreate(),
		Preconditions:  update.Preconditions,
		Mutate: func(old runtime.Object, m storage.ResponseMeta) (storage.MutateResult, error) {
			return u.attempt(ctx, old, m)
		},
	})
	u.end(ctx, err == nil)
	switch {
	case errors.Is(err, errEmptied):
		return u.remove(ctx, key)
	case err != nil && u.creates:
		return nil, false, u.explainExisting(ctx, s.status("create", name, err), key, u.obj)
	case err != nil:
		return nil, false, s.status("update", name, err)
	}
	u.after(plain(out.Object))
	return s.decorated(out.Object), u.creates, nil
}

// updating is one update under way: what its last attempt found and began.
type updating struct {
	*Store
	name    string
	request *rest.Update

	obj     runtime.Object // what the attempt would store
	creates bool           // nothing existed
	finish  FinishFunc     // of the attempt's Begin hook; nil: none, or already called
}

func (u *updating) mayCreate() bool {
	return u.request.AllowCreate || u.Strategy.AllowCreateOnUpdate()
}

// end closes the attempt.
func (u *updating) end(ctx context.Context, success bool) {
	finish := u.finish
	u.finish = nil
	finish.end(ctx, success)
}

// attempt makes from old what is to be stored. That it is called again means that the last attempt lost a race.
func (u *updating) attempt(ctx context.Context, old runtime.Object, m storage.ResponseMeta) (storage.MutateResult, error) {
	u.end(ctx, false)
	u.creates = m.ResourceVersion == 0
	if u.creates && !u.mayCreate() {
		return storage.MutateResult{}, apierrors.NewNotFound(u.Resource, u.name)
	}
	before := old
	if !u.creates {
		before = old.DeepCopyObject() // Mutate may change old, and both are compared below
	}
	obj, err := u.request.Mutate(ctx, old)
	if err != nil {
		return storage.MutateResult{}, err
	}
	u.obj = obj
	if u.creates {
		return u.insert(ctx, obj)
	}
	return u.replace(ctx, obj, before, m)
}

// insert is an attempt where nothing exists.
func (u *updating) insert(ctx context.Context, obj runtime.Object) (storage.MutateResult, error) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return storage.MutateResult{}, err
	}
	u.identify(m)
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
	settle(obj)
	ttl, err := u.ttl(obj, 0, false)
	return storage.MutateResult{Object: obj, TTL: &ttl}, err
}

// replace is an attempt where old exists.
func (u *updating) replace(ctx context.Context, obj, old runtime.Object, m storage.ResponseMeta) (storage.MutateResult, error) {
	if err := u.checkVersion(obj, m.ResourceVersion); err != nil {
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
	keepManagedTimes(obj, old)
	if validate := u.request.Validate; validate != nil {
		if err := validate(ctx, obj, old); err != nil {
			return storage.MutateResult{}, err
		}
	}
	if u.emptied(ctx, obj, old) {
		return storage.MutateResult{}, errEmptied
	}
	settle(obj)
	ttl, err := u.ttl(obj, m.TTL, true)
	if err != nil || int64(ttl) == m.TTL {
		return storage.MutateResult{Object: obj}, err
	}
	return storage.MutateResult{Object: obj, TTL: &ttl}, nil
}

func (u *updating) after(stored runtime.Object) {
	switch {
	case u.creates && u.AfterCreate != nil:
		u.AfterCreate(stored, u.createOptions())
	case !u.creates && u.AfterUpdate != nil:
		u.AfterUpdate(stored, u.request)
	}
}

func (u *updating) createOptions() *rest.CreateOptions {
	o := u.request.Options
	return &rest.CreateOptions{
		CreateOptions: metav1.CreateOptions{
			DryRun: o.DryRun, FieldManager: o.FieldManager, FieldValidation: o.FieldValidation,
		},
		Validate: u.request.Validate,
	}
}
