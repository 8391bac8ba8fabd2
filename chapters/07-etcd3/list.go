package etcd3

import (
	"context"
	"errors"
	"slices"

	"go.etcd.io/etcd/api/v3/mvccpb"
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
	l := &listing{store: s, prefix: key, reading: reading, wanted: opts.Predicate, recursive: opts.Recursive, out: out}
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

// listing is a list under way.
type listing struct {
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
func (l *listing) full() bool { return l.wanted.Limit > 0 && l.found >= l.wanted.Limit }

// take adds what the predicate wants of a page, until the list is full. It is a taker.
func (l *listing) take(kvs []*mvccpb.KeyValue) (looked int, err error) {
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
func (l *listing) note(err error) {
	if len(l.corrupt) < maxCorrupt {
		l.corrupt = append(l.corrupt, err)
	}
}

func (l *listing) add(obj runtime.Object) error {
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
func (l *listing) rest() (next string, remaining *int64, err error) {
	if !l.more {
		return "", nil, nil
	}
	next, err = storage.EncodeContinue(after(l.lastKey), l.prefix, l.revision)
	return next, l.wanted.RemainingItemCount(int(l.behind)), err
}

// after is the first key that comes after key.
func after(key string) string { return key + "\x00" }
