package cacher

import (
	"context"
	"slices"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// GetList appends the cached objects, with their bytes, to out.Items: they are read-only. At version 0 a limit is not
// heeded, as everything is in memory, and clients expect it so. Upstream: Cacher.GetList.
func (c *Cache) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	l, err := c.listing(ctx, key, opts)
	if err != nil {
		return storage.Fail("list", key, err)
	}
	if l == nil {
		return c.Interface.GetList(ctx, key, opts, out)
	}
	return storage.Fail("list", l.scope, l.into(out))
}

// listing is a list from memory.
type listing struct {
	scope  string // a key, or a prefix that ends with a slash
	from   string
	wanted storage.SelectionPredicate
	limit  int  // 0: none
	whole  bool // the scope is all of the resource

	objects  snapshot // all of the resource, or those of an index entry
	revision uint64
}

// listing decides what to read; nil where the cache cannot tell.
func (c *Cache) listing(ctx context.Context, key string, opts storage.ListOptions) (*listing, error) {
	scope, ours := c.scope(key, opts.Recursive)
	reading, err := storage.ReadAt(scope, opts)
	if !ours || err != nil {
		return nil, nil // below will say the same
	}
	asItComes := opts.ResourceVersion == "0" && !reading.Continued
	served, err := c.serves(ctx, age{
		newest:  reading.At == 0 && (opts.ResourceVersion == "" || reading.Continued),
		atLeast: max(reading.At, reading.AtLeast),
	})
	if !served || err != nil {
		return nil, err
	}
	l := &listing{scope: scope, from: reading.From, wanted: c.wanting(opts.Predicate)}
	l.whole = scope == c.config.Resource+"/"
	if opts.Recursive && !asItComes {
		l.limit = int(max(opts.Predicate.Limit, 0))
	}
	if !c.find(l, reading.At) {
		return nil, nil
	}
	return l, nil
}

// find sets what the list is read from; false where the revision is forgotten. One that is compacted below counts as
// forgotten here too: whether a client can go on with its token must not depend on how much a server happens to remember.
// Upstream: watchCache.Compact.
func (c *Cache) find(l *listing, at uint64) (known bool) {
	entry := c.state.leading(l.wanted)
	if at == 0 {
		l.objects, l.revision = c.state.now(entry)
		return true
	}
	if at < c.Interface.CompactRevision() {
		return false
	}
	l.revision = at
	l.objects, known = c.state.at(at, entry)
	return known
}

// each yields the objects of the list's scope.
func (l *listing) each(yield func(*object) bool) {
	l.objects.scan(l.scope, l.from, func(o *object) bool { return within(o.key, l.scope) && yield(o) })
}

// into appends what the predicate wants, until the limit is reached, and says what follows.
func (l *listing) into(out *kinds.List) (err error) {
	taken, behind, last := 0, 0, ""
	if l.whole && l.limit == 0 && l.wanted.Empty() {
		out.Items = slices.Grow(out.Items, l.objects.tree.Len())
	}
	l.each(func(o *object) bool {
		if l.limit > 0 && taken == l.limit {
			behind++
			return l.wanted.Empty() // counts on
		}
		last = o.key
		matches, failed := l.wanted.Matches(o)
		if matches {
			out.Items = append(out.Items, o)
			taken++
		}
		err = failed
		return err == nil
	})
	next := ""
	var remaining *int64
	if behind > 0 && err == nil {
		next, err = storage.EncodeContinue(last+"\x00", l.scope, int64(l.revision))
		remaining = l.wanted.Remaining(behind)
	}
	if err != nil {
		return err
	}
	return storage.APIObjectVersioner{}.UpdateList(out, l.revision, next, remaining)
}
