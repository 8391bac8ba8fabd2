package memory

import (
	"context"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// GetList scans the keys of one state of the database.
func (s *Store) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	key, err := storage.PrepareKey(s.resource, key, opts.Recursive)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = s.list(key, opts, out)
	}
	return storage.WrapError("list", key, err)
}

func (s *Store) list(key string, opts storage.ListOptions, out *kinds.List) error {
	reading, err := storage.ValidateListOptions(key, opts)
	if err != nil {
		return err
	}
	if err := reading.Check(s.db.Revision()); err != nil {
		return err
	}
	found, revision, err := s.read(key, reading, opts.Recursive)
	if err != nil { // a scan fails for one reason: that revision is gone
		return reading.Expired(key)
	}
	rest, err := take(found, opts, out)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return versioner.UpdateList(out, revision, "", nil)
	}
	last := found[len(found)-len(rest)-1]
	next, err := storage.EncodeContinue(last.key+"\x00", key, int64(revision))
	if err != nil {
		return err
	}
	return versioner.UpdateList(out, revision, next, opts.Predicate.RemainingItemCount(len(rest)))
}

// read scans; where the list is not recursive, key itself is the only one of interest.
func (s *Store) read(key string, r storage.ListStart, recursive bool) ([]*change, uint64, error) {
	found, revision, err := s.db.scan(key, r.Key, r.Revision)
	if !recursive && len(found) > 0 {
		if found = found[:1]; found[0].key != key {
			found = nil
		}
	}
	return found, revision, err
}

// take appends to the list copies of the objects that match, until the limit is reached, and returns those it has not
// looked at.
func take(found []*change, opts storage.ListOptions, out *kinds.List) (rest []*change, err error) {
	limit := int(opts.Predicate.Limit)
	if !opts.Recursive {
		limit = 0
	}
	before := len(out.Items)
	for i, c := range found {
		if limit > 0 && len(out.Items)-before == limit {
			return found[i:], nil
		}
		matches, err := opts.Predicate.Matches(c.object)
		if err != nil {
			return nil, err
		}
		if matches {
			out.Items = append(out.Items, c.copy())
		}
	}
	return nil, nil
}
