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

// GetList appends the objects under key to out.Items. All its pages show one revision of etcd: the first fixes it, and
// a continue token carries it to the next call. A value that cannot be read does not hide the others: they are
// delivered, and the error (storage.ErrCorrupt) names those that are missing. Upstream: store.GetList.
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

// pagedList is a list under way.
type pagedList struct {
	*store
	prefix    string
	reading   storage.ListStart
	wanted    storage.SelectionPredicate
	recursive bool
	out       *kinds.List

	revision int64 // that all pages show
	found    int64 // items of out that this list added
	lastKey  string
	more     bool  // keys after lastKey have not been looked at
	behind   int64 // as many
	corrupt  []error
}

// maxCorrupt is how many values that cannot be read an error names.
const maxCorrupt = 100

// full reports whether the list has as many items as were asked for.
func (l *pagedList) full() bool { return l.wanted.Limit > 0 && l.found >= l.wanted.Limit }

// take adds what the predicate wants of a page, until the list is full. It is a taker.
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

// note remembers a value that could not be read.
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

// rest is what the client is told about objects beyond the limit: the token that goes on with them and, where every
// object counts, how many they are.
func (l *pagedList) rest() (next string, remaining *int64, err error) {
	if !l.more {
		return "", nil, nil
	}
	next, err = storage.EncodeContinue(after(l.lastKey), l.prefix, l.revision)
	return next, l.wanted.RemainingItemCount(int(l.behind)), err
}

// after is the first key that comes after key.
func after(key string) string { return key + "\x00" }

// maxPage bounds how many objects one answer of etcd holds in memory.
const maxPage = 10_000

// pages reads from etcd until the list is full or nothing is left. With a limit, the first page has the size of the
// limit; where a selector drops so much of it that the list is not full, the next page has twice the size, and so on.
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

// taker looks at the values of a page and says at how many of them.
type taker func(kvs []*mvccpb.KeyValue) (looked int, err error)

// each hands page after page to take, until take has looked at less than a whole page or nothing is left.
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

// page reads up to size keys, at the revision of the pages before.
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

// future is the error for a revision that etcd does not have yet.
func (l *pagedList) future(ctx context.Context) error {
	current, err := l.GetCurrentResourceVersion(ctx)
	if err != nil {
		return err
	}
	return &storage.Error{Err: storage.ErrFuture, Requested: l.reading.Revision, Current: current}
}
