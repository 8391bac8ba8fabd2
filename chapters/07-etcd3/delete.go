package etcd3

import (
	"context"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// Delete removes the object under key. If another writer changes it after the checks, the checks run again.
// Upstream: store.Delete and conditionalDelete.
func (s *store) Delete(ctx context.Context, key string, out runtime.Object, opts storage.DeleteOptions) error {
	key, err := s.key(key, false)
	if err == nil {
		err = s.delete(ctx, attempt{key: key, seen: s.stateFromObject(opts.CachedExistingObject)}, removal{opts, out})
	}
	return fail("delete", key, err)
}

// removal has the options and the out-pointer of a deletion.
type removal struct {
	storage.DeleteOptions
	out runtime.Object
}

func (s *store) delete(ctx context.Context, try attempt, r removal) (err error) {
	if try.seen == nil {
		if try.seen, err = s.currentState(ctx, try.key, false); err != nil {
			return err
		}
	}
	for {
		again, err := s.tryDelete(ctx, try, r)
		if again == nil || err != nil {
			return err
		}
		try.seen = again
	}
}

// tryDelete makes one attempt. It returns the current state for the next attempt, or nil if the object is deleted.
func (s *store) tryDelete(ctx context.Context, try attempt, r removal) (again *objState, err error) {
	last := try.seen.obj
	if last == nil {
		last = try.seen.hint
	}
	if err := r.allow(ctx, try.key, last); err != nil {
		return s.stateAfterRefusal(ctx, try, err)
	}
	return s.replace(ctx, try, clientv3.OpDelete(try.key), func(revision int64) error {
		if _, shared := r.out.(*kinds.ResultPointer); try.seen.hint != nil && !shared {
			last = last.DeepCopyObject() // out must not share memory with the caller's hint
		}
		e := encoded{obj: shallow(last, r.out)}
		return s.deliver(r.out, e, revision)
	})
}

// allow checks the conditions under which the object may be deleted.
func (r removal) allow(ctx context.Context, key string, obj runtime.Object) error {
	if err := storage.CheckPreconditions(key, r.Preconditions, obj); err != nil {
		return err
	}
	if r.Validate == nil {
		return nil
	}
	if err := r.Validate(ctx, obj); err != nil {
		return callerError{err}
	}
	return nil
}
