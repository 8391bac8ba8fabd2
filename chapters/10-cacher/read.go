package cacher

import (
	"context"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// prefixOf returns the key of a read or a watch, or its prefix, which ends with a slash. False: the storage below must
// answer, since the key is invalid, or it ends with a slash and is no prefix, so that no object can have it.
func (c *Cacher) prefixOf(key string, recursive bool) (prefix string, ours bool) {
	prefix, err := storage.PrepareKey(c.config.Resource+"/", key, recursive)
	return prefix, err == nil && (recursive || !strings.HasSuffix(prefix, "/"))
}

// within reports whether key equals prefix or, if prefix ends with a slash, begins with it.
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

// deliver sets out to the caching object if out is a *kinds.ResultPointer, whose object is read-only; else to a copy.
func deliver(out runtime.Object, o *cachingObject) error {
	if out == nil {
		return nil
	}
	if _, shared := out.(*kinds.ResultPointer); shared {
		return kinds.SetResult(out, o)
	}
	return kinds.SetResult(out, o.DeepCopyObject())
}

// GetList appends caching objects to out.Items: they are read-only. At version 0 the limit is ignored, as clients expect.
// Upstream: Cacher.GetList.
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

// find sets the snapshot that the list is read from. False: the history no longer has its revision, or that is compacted
// below. Whether a continue token is still valid must not depend on how long the history of one server is. Upstream:
// watchCache.Compact.
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

	objects  snapshot // all of the resource, or those with an index value
	revision uint64
}

// appendTo appends the selected objects up to the limit, and sets the list's version, continue token and number of
// remaining items.
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
			return l.predicate.Empty() // with a selector, the number of remaining items is not reported
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
