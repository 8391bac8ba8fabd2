package cacher

import (
	"context"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// prefixOf is what a read or a watch is about: a key, or a prefix that ends with a slash. False where the storage below
// must answer: the key is refused, or it ends with a slash and is no prefix, so that no cached object can be meant.
func (c *Cacher) prefixOf(key string, recursive bool) (prefix string, ours bool) {
	prefix, err := storage.PrepareKey(c.config.Resource+"/", key, recursive)
	return prefix, err == nil && (recursive || !strings.HasSuffix(prefix, "/"))
}

// within reports whether a key is prefix or, where that ends with a slash, lies below it.
func within(key, prefix string) bool {
	return key == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(key, prefix)
}

// Get delivers an object from memory. A *kinds.ResultPointer receives the caching object itself; others a copy. Upstream:
// Cacher.Get.
func (c *Cacher) Get(ctx context.Context, key string, opts storage.GetOptions, out runtime.Object) error {
	version, err := c.versioner.ParseResourceVersion(opts.ResourceVersion)
	if _, ours := c.prefixOf(key, false); !ours || err != nil {
		return c.Interface.Get(ctx, key, opts, out)
	}
	fresh, err := c.waitUntilFresh(ctx, getFreshness(opts, version))
	if err != nil {
		return storage.WrapError("get", key, err)
	}
	if !fresh {
		return c.Interface.Get(ctx, key, opts, out)
	}
	found := c.watchCache.get(key)
	switch {
	case found != nil:
		err = deliver(out, found)
	case opts.IgnoreNotFound:
		err = storage.SetZeroValue(out)
	default:
		err = storage.ErrNotFound
	}
	return storage.WrapError("get", key, err)
}

// deliver hands out the caching object where it stays read-only, else a copy.
func deliver(out runtime.Object, o *cachingObject) error {
	if out == nil {
		return nil
	}
	if _, shared := out.(*kinds.ResultPointer); shared {
		return kinds.SetResult(out, o)
	}
	return kinds.SetResult(out, o.DeepCopyObject())
}

// GetList appends the caching objects to out.Items: they are read-only. At version 0 there is no limit, since all is in
// memory, and clients expect it so. Upstream: Cacher.GetList.
func (c *Cacher) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	prefix, ours := c.prefixOf(key, opts.Recursive)
	at, err := storage.ValidateListOptions(prefix, opts)
	if !ours || err != nil {
		return c.Interface.GetList(ctx, key, opts, out) // which returns the same error
	}
	fresh, err := c.waitUntilFresh(ctx, listFreshness(opts, at))
	if err != nil {
		return storage.WrapError("list", key, err)
	}
	if fresh {
		l := &cachedList{prefix: prefix, from: at.Key, predicate: c.cachedPredicate(opts.Predicate)}
		l.all = prefix == c.config.Resource+"/"
		anyVersion := opts.ResourceVersion == "0" && !at.Continued
		if opts.Recursive && !anyVersion {
			l.limit = int(max(opts.Predicate.Limit, 0))
		}
		if c.find(l, at.Revision) {
			return storage.WrapError("list", prefix, l.appendTo(out))
		}
	}
	return c.Interface.GetList(ctx, key, opts, out)
}

// find sets the snapshot that the list is read from; false where its revision is forgotten. A revision that is compacted
// below counts as forgotten: whether a client can go on with its continue token must not depend on how long a server's
// history happens to be. Upstream: watchCache.Compact.
func (c *Cacher) find(l *cachedList, at uint64) (found bool) {
	value := c.watchCache.indexFor(l.predicate)
	if at == 0 {
		l.objects, l.revision = c.watchCache.latest(value)
		return true
	}
	if at < c.Interface.CompactRevision() {
		return false
	}
	l.revision = at
	l.objects, found = c.watchCache.snapshotAt(at, value)
	return found
}

// cachedList is a list from memory.
type cachedList struct {
	prefix    string // a key, or a prefix that ends with a slash
	from      string // the first key
	predicate storage.SelectionPredicate
	limit     int  // 0: none
	all       bool // prefix is the whole resource

	objects  snapshot // all of the resource, or those under an index value
	revision uint64
}

// appendTo appends what the predicate selects, until the limit is reached, and sets what the list's metadata says of the
// rest.
func (l *cachedList) appendTo(out *kinds.List) (err error) {
	taken, remaining, last := 0, 0, ""
	if l.all && l.limit == 0 && l.predicate.Empty() {
		out.Items = slices.Grow(out.Items, l.objects.tree.Len())
	}
	l.objects.scan(l.prefix, l.from, func(o *cachingObject) bool {
		if !within(o.key, l.prefix) {
			return false
		}
		if l.limit > 0 && taken == l.limit {
			remaining++
			return l.predicate.Empty() // else the number that remains is not told
		}
		last = o.key
		matches, failed := l.predicate.Matches(o)
		if matches {
			out.Items = append(out.Items, o)
			taken++
		}
		err = failed
		return err == nil
	})
	token := ""
	var remainingItemCount *int64
	if remaining > 0 && err == nil {
		token, err = storage.EncodeContinue(last+"\x00", l.prefix, int64(l.revision))
		remainingItemCount = l.predicate.RemainingItemCount(remaining)
	}
	if err != nil {
		return err
	}
	return storage.APIObjectVersioner{}.UpdateList(out, l.revision, token, remainingItemCount)
}
