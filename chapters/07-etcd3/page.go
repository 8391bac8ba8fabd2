package etcd3

import (
	"context"
	"errors"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	storage "kubepath/chapters/05-storage"
)

// maxPage bounds how many objects one answer of etcd holds in memory.
const maxPage = 10_000

// pages reads from etcd until the list is full or nothing is left. With a limit, the first page has the size of the
// limit; where a selector drops so much of it that the list is not full, the next page has twice the size, and so on.
func (l *listing) pages(ctx context.Context) error {
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
func (l *listing) each(ctx context.Context, page *clientv3.GetResponse, take taker) error {
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
func (l *listing) page(ctx context.Context, from string, size int64) (*clientv3.GetResponse, error) {
	at := max(l.revision, int64(l.reading.Revision))
	opts := make([]clientv3.OpOption, 0, 3)
	opts = append(opts, clientv3.WithRev(at))
	if l.recursive {
		opts = append(opts, clientv3.WithLimit(size), clientv3.WithRange(clientv3.GetPrefixRangeEnd(l.prefix)))
	}
	answer, err := l.kv.Get(ctx, from, opts...)
	switch {
	case compactedAway(err):
		return nil, l.reading.Expired(l.prefix)
	case errors.Is(err, rpctypes.ErrFutureRev):
		return nil, l.future(ctx)
	case err != nil:
		return nil, explain(err)
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
func (l *listing) future(ctx context.Context) error {
	current, err := l.GetCurrentResourceVersion(ctx)
	if err != nil {
		return err
	}
	return &storage.Error{Err: storage.ErrFuture, Requested: l.reading.Revision, Current: current}
}
