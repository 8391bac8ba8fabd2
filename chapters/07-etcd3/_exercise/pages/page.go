package exercise

import (
	"context"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/internal/tools/exercise"
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
	_ = page
	// TODO(you):
	//  1. One request to s.kv: from page.Key to clientv3.GetPrefixRangeEnd(prefix), at page.Revision, at most
	//     opts.Predicate.Limit keys. Where compactedAway(err): storage.WrapError("list", prefix, page.Expired(prefix)).
	//  2. s.add the values to out.
	//  3. The revision that all pages show: page.Revision, or where that is 0 the answer's.
	//  4. If answer.More: next, err = storage.EncodeContinue(the key after the last one, prefix, revision), and
	//     opts.Predicate.RemainingItemCount(how many follow). The key after k is k + "\x00".
	//  5. return s.Versioner().UpdateList(out, uint64(revision), next, remaining)
	return exercise.ErrTODO
}
