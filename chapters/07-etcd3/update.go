package etcd3

import (
	"bytes"
	"context"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// How a writer that lost a race keeps both changes (testdata/races/lost_race.txtar plays it):
//
//	revision       alice                                    bob
//	2  image=v1    get: mod=2, image=v1
//	               Mutate: image=v2
//	                                                        get: mod=2, image=v1
//	                                                        Mutate: label app=web
//	3  + app=web                                            if mod=2 then put: yes, revision 3
//	               if mod=2 then put else get: no, mod=3
//	               Mutate again, on the object of that get:
//	               app=web stays, image=v2
//	4  image=v2    if mod=3 then put else get: yes, revision 4
//
// There are no locks: only the comparison in the transaction orders the two writers. The loser needs one more Mutate
// and one more transaction, but no read, since the else branch returns the object. Preconditions are checked before
// each Mutate, on the object that Mutate gets (stale_update.txtar). A hint replaces the first get (stale_hint.txtar),
// and a deleted object ends the update (deleted_meanwhile.txtar).

// GuaranteedUpdate reads, mutates, and writes if the object has not changed since the read; else it starts again with
// the current object. With a hint (CachedExistingObject) that is up to date it is one round trip.
// Upstream: store.GuaranteedUpdate.
func (s *store) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	key, err := s.key(key, false)
	if err == nil {
		err = s.update(ctx, attempt{key: key, seen: s.stateFromObject(u.CachedExistingObject), orEmpty: u.IgnoreNotFound}, change{u, out})
	}
	return fail("update", key, err)
}

// change has the parameters and the out-pointer of an update.
type change struct {
	storage.Update
	out runtime.Object
}

func (s *store) update(ctx context.Context, try attempt, c change) (err error) {
	if try.seen == nil {
		if try.seen, err = s.currentState(ctx, try.key, try.orEmpty); err != nil {
			return err
		}
	}
	for {
		again, err := s.tryUpdate(ctx, try, c)
		if again == nil || err != nil {
			return err
		}
		try.seen = again
	}
}

// tryUpdate makes one attempt. It returns the current state for the next attempt, or nil if the update is done.
func (s *store) tryUpdate(ctx context.Context, try attempt, c change) (again *objState, err error) {
	mutated, err := s.mutate(ctx, try, c)
	if err != nil {
		return s.stateAfterRefusal(ctx, try, err)
	}
	e, err := s.encode(mutated.Object, c.out)
	if err != nil {
		return nil, err
	}
	same, err := s.encodes(try.seen, e.data)
	switch {
	case err != nil:
		return nil, err
	case same && try.seen.hint != nil: // nothing to write if the hint is up to date, which only a read can prove
		return s.currentState(ctx, try.key, try.orEmpty)
	case same:
		return nil, s.deliver(c.out, e, try.seen.revision)
	}
	opts, err := s.leaseAfter(ctx, try.seen, mutated.TTL)
	if err != nil {
		return nil, err
	}
	put, err := s.put(try.key, e.data, opts...)
	if err != nil {
		return nil, err
	}
	return s.replace(ctx, try, put, func(revision int64) error { return s.deliver(c.out, e, revision) })
}

// mutate checks the preconditions and calls the caller's Mutate.
func (s *store) mutate(ctx context.Context, try attempt, c change) (storage.MutateResult, error) {
	old := try.seen.obj
	if try.seen.hint != nil {
		old = try.seen.hint.DeepCopyObject() // Mutate may change its copy, but not the caller's hint
	}
	if err := storage.CheckPreconditions(try.key, c.Preconditions, old); err != nil {
		return storage.MutateResult{}, err
	}
	left, err := s.secondsLeft(ctx, try.seen.lease)
	if err != nil {
		return storage.MutateResult{}, err
	}
	mutated, err := c.Mutate(old, storage.ResponseMeta{TTL: left, ResourceVersion: uint64(try.seen.revision)})
	if err != nil {
		return mutated, callerError{err}
	}
	return mutated, nil
}

// encodes reports whether data equals the stored bytes of the state, so that a write would change nothing.
func (s *store) encodes(seen *objState, data []byte) (bool, error) {
	if seen.hint == nil {
		return !seen.stale && seen.revision != 0 && bytes.Equal(data, seen.data), nil
	}
	hint, err := s.encode(seen.hint, nil)
	return bytes.Equal(data, hint.data), err
}

// replace is the transaction of updates and deletions: it writes if the key has not changed since it was read, else it
// reads the current object, in one round trip. done is called with the revision of the write.
func (s *store) replace(ctx context.Context, try attempt, write clientv3.Op, done func(int64) error) (*objState, error) {
	answer, err := s.kv.Txn(ctx).
		If(modRevisionIs(try.key, try.seen.revision)).
		Then(write).
		Else(clientv3.OpGet(try.key)).
		Commit()
	if err != nil {
		return nil, interpretError(err)
	}
	if answer.Succeeded {
		return nil, done(answer.Header.Revision)
	}
	return s.stateFromKVs(answer.Responses[0].GetResponseRange().Kvs, try.orEmpty)
}

// objState is the state of an object that an update or a deletion starts from. Upstream: objState.
type objState struct {
	obj      runtime.Object // not shared
	data     []byte         // the encoded object; nil if the state is a hint
	revision int64          // of its last change; 0: it does not exist
	lease    clientv3.LeaseID
	stale    bool // the value should be rewritten even if nothing changes

	// hint is the caller's CachedExistingObject, which is used instead of a read. It may be out of date. Only etcd's
	// comparison proves that it is current: before an update is refused or skipped because of a hint, the object is
	// read.
	hint runtime.Object
}

// stateFromObject returns the state of a hint; nil if the hint has no resource version.
func (s *store) stateFromObject(hint runtime.Object) *objState {
	if hint == nil {
		return nil
	}
	hint = kinds.Unwrap(hint)
	revision, err := s.versioner.ObjectResourceVersion(hint)
	if err != nil || revision == 0 {
		return nil
	}
	return &objState{hint: hint, revision: int64(revision)}
}

// currentState reads the state. A key without an object is storage.ErrNotFound, or with orEmpty a new empty object.
func (s *store) currentState(ctx context.Context, key string, orEmpty bool) (*objState, error) {
	answer, err := s.kv.Get(ctx, key)
	if err != nil {
		return nil, interpretError(err)
	}
	return s.stateFromKVs(answer.Kvs, orEmpty)
}

// stateFromKVs returns the state in the response to a read of one key.
func (s *store) stateFromKVs(kvs []*mvccpb.KeyValue, orEmpty bool) (*objState, error) {
	if len(kvs) == 0 {
		if orEmpty {
			return &objState{obj: s.newFunc()}, nil
		}
		return nil, storage.ErrNotFound
	}
	kv := kvs[0]
	data, stale, err := s.transformFromStorage(kv)
	if err != nil {
		return nil, err
	}
	obj, err := s.decode(kv, data, nil)
	if err != nil {
		return nil, err
	}
	return &objState{obj: obj, data: data, revision: kv.ModRevision, lease: clientv3.LeaseID(kv.Lease), stale: stale}, nil
}

// stateAfterRefusal returns refusal, unless the refused state was a hint that is out of date: then it returns the
// current state for the next attempt.
func (s *store) stateAfterRefusal(ctx context.Context, try attempt, refusal error) (*objState, error) {
	if try.seen.hint == nil {
		return nil, refusal
	}
	current, err := s.currentState(ctx, try.key, try.orEmpty)
	if err != nil {
		return nil, err
	}
	if current.revision == try.seen.revision {
		return nil, refusal
	}
	return current, nil
}

// attempt is one attempt of an update or a deletion: it starts from the state seen, and succeeds if that is still
// current.
type attempt struct {
	key     string
	seen    *objState
	orEmpty bool // a missing object is treated as an empty one
}
