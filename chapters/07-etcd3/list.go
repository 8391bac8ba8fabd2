package etcd3

import (
	"context"
	"errors"
	"slices"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// GetList appends the objects under key to out.Items. All its pages read one revision of etcd, the first page's, which
// is also in the continue token for the next call. If values cannot be decoded, the others are still appended, and the
// error (storage.ErrCorrupt) has the keys of the missing ones. Upstream: store.GetList.
func (s *store) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	key, err := s.key(key, opts.Recursive)
	if err == nil {
		err = s.list(ctx, key, opts, out)
	}
	return fail("list", key, err)
}

func (s *store) list(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	reading, err := storage.ValidateListOptions(key, opts)
	if err != nil {
		return err
	}
	l := &pagedList{store: s, prefix: key, reading: reading, wanted: opts.Predicate, recursive: opts.Recursive, out: out}
	if !opts.Recursive {
		l.wanted.Limit = 0
	}
	if err := l.pages(ctx); err != nil {
		return err
	}
	next, remaining, err := l.rest()
	if err != nil {
		return err
	}
	if err := s.versioner.UpdateList(out, uint64(l.revision), next, remaining); err != nil {
		return err
	}
	return errors.Join(l.corrupt...)
}

// pagedList is a list that is being read.
type pagedList struct {
	*store
	prefix    string
	reading   storage.ListStart
	wanted    storage.SelectionPredicate
	recursive bool
	out       *kinds.List

	revision int64 // of all pages
	found    int64 // the number of items that this list has added to out
	lastKey  string
	more     bool  // there are keys after lastKey
	behind   int64 // the number of keys after lastKey
	corrupt  []error
}

// maxCorrupt limits the keys of corrupt values in an error.
const maxCorrupt = 100

// full reports whether the list has reached its limit.
func (l *pagedList) full() bool { return l.wanted.Limit > 0 && l.found >= l.wanted.Limit }

// take adds the objects of a page that match the predicate, until the list is full. It is a taker.
func (l *pagedList) take(kvs []*mvccpb.KeyValue) (looked int, err error) {
	if l.wanted.Empty() {
		l.out.Items = slices.Grow(l.out.Items, len(kvs))
	}
	for i, kv := range kvs {
		if l.full() {
			return i, nil
		}
		obj, err := l.object(kv)
		if err != nil {
			l.note(err)
			continue
		}
		if err := l.add(obj); err != nil {
			return i, err
		}
	}
	return len(kvs), nil
}

// note records the error of a value that could not be decoded.
func (l *pagedList) note(err error) {
	if len(l.corrupt) < maxCorrupt {
		l.corrupt = append(l.corrupt, err)
	}
}

func (l *pagedList) add(obj runtime.Object) error {
	ok, err := l.wanted.Matches(obj)
	if err != nil || !ok {
		return err
	}
	l.out.Items = append(l.out.Items, obj)
	l.found++
	return nil
}

// rest returns the continue token for the objects beyond the limit, and their number if the predicate selects all
// objects.
func (l *pagedList) rest() (next string, remaining *int64, err error) {
	if !l.more {
		return "", nil, nil
	}
	next, err = storage.EncodeContinue(after(l.lastKey), l.prefix, l.revision)
	return next, l.wanted.RemainingItemCount(int(l.behind)), err
}

// after returns the first possible key after key.
func after(key string) string { return key + "\x00" }

// maxPage limits the number of objects in one response of etcd, and so its memory.
const maxPage = 10_000

// pages reads from etcd until the list is full or no key is left. With a limit, the first page has the size of the
// limit. If the list is not full, because objects do not match a selector, each next page has twice the size.
func (l *pagedList) pages(ctx context.Context) error {
	size := l.wanted.Limit
	if size <= 0 || size > maxPage {
		size = maxPage
	}
	first, err := l.page(ctx, l.reading.Key, size)
	if err != nil {
		return err
	}
	return l.each(ctx, first, l.take)
}

// taker processes the values of a page, and returns how many it has processed.
type taker func(kvs []*mvccpb.KeyValue) (looked int, err error)

// each calls take with each page, until take has not processed the whole page, or no key is left.
func (l *pagedList) each(ctx context.Context, page *clientv3.GetResponse, take taker) error {
	for size := int64(len(page.Kvs)); ; {
		if len(page.Kvs) == 0 {
			if page.More {
				return errors.New("no results were found, but etcd indicated there were more values remaining")
			}
			return nil
		}
		looked, err := take(page.Kvs)
		if err != nil {
			return err
		}
		l.lastKey = string(page.Kvs[looked-1].Key)
		l.behind = page.Count - int64(looked)
		l.more = l.behind > 0
		if !l.more || l.full() {
			return nil
		}
		size = min(2*size, maxPage)
		if page, err = l.page(ctx, after(l.lastKey), size); err != nil {
			return err
		}
	}
}

// page reads up to size keys, at the revision of the first page.
func (l *pagedList) page(ctx context.Context, from string, size int64) (*clientv3.GetResponse, error) {
	at := max(l.revision, int64(l.reading.Revision))
	opts := make([]clientv3.OpOption, 0, 3)
	opts = append(opts, clientv3.WithRev(at))
	if l.recursive {
		opts = append(opts, clientv3.WithLimit(size), clientv3.WithRange(clientv3.GetPrefixRangeEnd(l.prefix)))
	}
	answer, err := l.kv.Get(ctx, from, opts...)
	switch {
	case isCompacted(err):
		return nil, l.reading.Expired(l.prefix)
	case errors.Is(err, rpctypes.ErrFutureRev):
		return nil, l.future(ctx)
	case err != nil:
		return nil, interpretError(err)
	case l.revision != 0:
		return answer, nil
	}
	if err := l.reading.Check(uint64(answer.Header.Revision)); err != nil {
		return nil, err
	}
	l.revision = at
	if at == 0 {
		l.revision = answer.Header.Revision
	}
	return answer, nil
}

// future returns the error for a revision that does not exist yet.
func (l *pagedList) future(ctx context.Context) error {
	current, err := l.GetCurrentResourceVersion(ctx)
	if err != nil {
		return err
	}
	return &storage.Error{Err: storage.ErrFuture, Requested: l.reading.Revision, Current: current}
}
