package exercise

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// Store is a storage whose updates are yours. All else is that of the storage below.
type Store struct {
	storage.Interface
	db database
}

// New lays a Store over any storage.
func New(below storage.Interface) *Store { return &Store{below, attempts{below}} }

// database is what an update is made from.
type database interface {
	// read is the state under key. Where nothing lies there: storage.ErrNotFound, or with orEmpty an empty object at
	// version 0.
	read(ctx context.Context, key string, orEmpty bool) (*state, error)
	// swap stores next in place of seen and returns it as stored. Where key does not hold seen any more: errLost.
	swap(ctx context.Context, key string, seen *state, next storage.MutateResult) (*state, error)
}

// state is what a key holds. Its object is read-only: copy it before you hand it to somebody who may change it.
type state struct {
	object runtime.Object
	meta   storage.ResponseMeta // its ResourceVersion is 0 where the key holds nothing
	hint   bool                 // not read, but said by the caller: may be stale
}

// errLost: another writer was faster.
var errLost = errors.New("another writer was faster")

// fromHint is the state that the caller had at hand; nil where there is none, or it does not say its version.
func fromHint(hint runtime.Object) *state {
	hint = kinds.Unwrap(hint)
	if hint == nil {
		return nil
	}
	version, err := versioner.ObjectResourceVersion(hint)
	if err != nil || version == 0 {
		return nil
	}
	return &state{object: hint, meta: storage.ResponseMeta{ResourceVersion: version}, hint: true}
}

// same tells whether storing next would change nothing. next gets the version of seen, which is without effect if it is
// stored after all.
func same(seen *state, next runtime.Object) bool {
	if seen.meta.ResourceVersion == 0 {
		return false // where nothing is, something new is a change
	}
	if err := versioner.UpdateObject(next, seen.meta.ResourceVersion); err != nil {
		return false
	}
	return equality.Semantic.DeepEqual(seen.object, next)
}

// deliver puts a state's object into an out-pointer: shared with those who only read, copied for others.
func deliver(out runtime.Object, s *state) error {
	if _, reads := out.(*kinds.ResultPointer); reads || out == nil {
		return kinds.SetResult(out, s.object)
	}
	return kinds.SetResult(out, s.object.DeepCopyObject())
}

// attempts makes read and swap from any storage: they are updates of it that give up where it would try again.
type attempts struct{ below storage.Interface }

var errStop = errors.New("read enough")

func (a attempts) read(ctx context.Context, key string, orEmpty bool) (*state, error) {
	var found *state
	err := a.below.GuaranteedUpdate(ctx, key, nil, storage.Update{
		IgnoreNotFound: orEmpty,
		Mutate: func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
			found = &state{object: old, meta: meta}
			return storage.MutateResult{}, errStop
		},
	})
	if err == errStop {
		return found, nil
	}
	return nil, err
}

func (a attempts) swap(ctx context.Context, key string, seen *state, next storage.MutateResult) (*state, error) {
	var out kinds.ResultPointer
	u := storage.Update{
		IgnoreNotFound: seen.meta.ResourceVersion == 0,
		Mutate: func(_ runtime.Object, now storage.ResponseMeta) (storage.MutateResult, error) {
			if now.ResourceVersion != seen.meta.ResourceVersion {
				return storage.MutateResult{}, errLost
			}
			return next, nil
		},
	}
	if seen.meta.ResourceVersion != 0 {
		u.CachedExistingObject = seen.object
	}
	err := a.below.GuaranteedUpdate(ctx, key, &out, u)
	if errors.Is(err, storage.ErrNotFound) {
		err = errLost // somebody deleted it
	}
	if err != nil {
		return nil, err
	}
	stored := kinds.Unwrap(out.Object)
	version, err := versioner.ObjectResourceVersion(stored)
	return &state{object: stored, meta: storage.ResponseMeta{ResourceVersion: version}}, err
}

var versioner storage.APIObjectVersioner
