package etcd3

import (
	"context"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// state is an object as an update or a deletion found it. Upstream: objState.
type state struct {
	obj      runtime.Object // ours alone: nobody else has it
	data     []byte         // as it is encoded; nil where the state is a hint
	revision int64          // of its last change; 0: it does not exist
	lease    clientv3.LeaseID
	stale    bool // it should be stored anew even where nothing changes

	// hint is what the caller had at hand, in place of a read. It may be out of date, so only etcd's comparison proves
	// it: nothing is refused, and nothing is left unwritten, because of a hint.
	hint runtime.Object
}

// known is the state from a hint, or nil where that does not say which revision it is.
func (s *store) known(hint runtime.Object) *state {
	if hint == nil {
		return nil
	}
	if shared, ok := hint.(runtime.CacheableObject); ok {
		hint = shared.GetObject()
	}
	revision, err := s.versioner.ObjectResourceVersion(hint)
	if err != nil || revision == 0 {
		return nil
	}
	return &state{hint: hint, revision: int64(revision)}
}

// current reads the state. A key without an object is storage.ErrNotFound, or with orEmpty a new empty object.
func (s *store) current(ctx context.Context, key string, orEmpty bool) (*state, error) {
	answer, err := s.kv.Get(ctx, key)
	if err != nil {
		return nil, explain(err)
	}
	return s.found(answer.Kvs, orEmpty)
}

// found is the state in the answer to a read of one key.
func (s *store) found(kvs []*mvccpb.KeyValue, orEmpty bool) (*state, error) {
	if len(kvs) == 0 {
		if orEmpty {
			return &state{obj: s.newFunc()}, nil
		}
		return nil, storage.ErrNotFound
	}
	kv := kvs[0]
	data, stale, err := s.open(kv)
	if err != nil {
		return nil, err
	}
	obj, err := s.decode(kv, data, nil)
	if err != nil {
		return nil, err
	}
	return &state{obj: obj, data: data, revision: kv.ModRevision, lease: clientv3.LeaseID(kv.Lease), stale: stale}, nil
}

// rejected answers for a state that led to refusal: that is final, unless the state was a hint and another one is
// current, which is then the state to try again from.
func (s *store) rejected(ctx context.Context, try attempt, refusal error) (*state, error) {
	if try.seen.hint == nil {
		return nil, refusal
	}
	current, err := s.current(ctx, try.key, try.orEmpty)
	if err != nil {
		return nil, err
	}
	if current.revision == try.seen.revision {
		return nil, refusal
	}
	return current, nil
}

// attempt is one try of an update or a deletion: from what was seen, on the condition that it still holds.
type attempt struct {
	key     string
	seen    *state
	orEmpty bool // a missing object counts as an empty one
}
