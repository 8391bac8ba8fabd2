package exercise

import (
	"context"

	clientv3 "go.etcd.io/etcd/client/v3"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// GetList appends the objects below key to out, at most opts.Predicate.Limit of them (0: all). Where more are to come, the
// list says how many, and has a token with which the next call goes on, at the same revision.
func (s *Storage) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	if !plain(opts) {
		return s.Interface.GetList(ctx, key, opts, out)
	}
	prefix, err := s.prefix(key)
	if err != nil {
		return err
	}
	// page.Key is the key to begin at: the prefix, or what the token says. page.Revision is the token's revision; 0: now.
	page, err := storage.ValidateListOptions(prefix, opts)
	if err != nil {
		return storage.WrapError("list", prefix, err)
	}
	answer, err := s.kv.Get(ctx, page.Key,
		clientv3.WithRange(clientv3.GetPrefixRangeEnd(prefix)),
		clientv3.WithLimit(opts.Predicate.Limit),
		clientv3.WithRev(int64(page.Revision)))
	if compactedAway(err) {
		return storage.WrapError("list", prefix, page.Expired(prefix))
	}
	if err != nil {
		return storage.WrapError("list", prefix, err)
	}
	corrupt := s.add(out, answer.Kvs)
	revision := answer.Header.Revision
	next, remaining := "", (*int64)(nil)
	if answer.More {
		last := string(answer.Kvs[len(answer.Kvs)-1].Key)
		if next, err = storage.EncodeContinue(last+"\x00", prefix, revision); err != nil {
			return storage.WrapError("list", prefix, err)
		}
		remaining = opts.Predicate.RemainingItemCount(int(answer.Count) - len(answer.Kvs))
	}
	if err := s.Versioner().UpdateList(out, uint64(revision), next, remaining); err != nil {
		return storage.WrapError("list", prefix, err)
	}
	return storage.WrapError("list", prefix, corrupt)
}
