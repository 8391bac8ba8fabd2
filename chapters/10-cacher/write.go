package cacher

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// Create stores the object below. The cache sees it when the watch below does.
func (c *Cache) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	return c.Interface.Create(ctx, key, obj, out, ttl)
}

// Delete removes the object below. What the cache knows of it may save a read there.
func (c *Cache) Delete(ctx context.Context, key string, out runtime.Object, opts storage.DeleteOptions) error {
	if opts.Hint == nil {
		opts.Hint = c.hint(key)
	}
	return c.Interface.Delete(ctx, key, out, opts)
}

// GuaranteedUpdate updates the object below. What the cache knows of it may save a read there: where it is out of date,
// the storage below finds out.
func (c *Cache) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	if u.Hint == nil {
		u.Hint = c.hint(key)
	}
	return c.Interface.GuaranteedUpdate(ctx, key, out, u)
}

// hint is the cached object; nil where there is none, or hints are not wanted.
func (c *Cache) hint(key string) runtime.Object {
	if !c.config.Hints {
		return nil
	}
	found, _ := c.state.get(key)
	return found.orNil()
}

// RequestWatchProgress has the watch below asked how far it is; the clients' watches with ProgressNotify are told.
func (c *Cache) RequestWatchProgress(ctx context.Context) error {
	if c.ctx.Err() == nil {
		c.needProgress()
	}
	return c.Interface.RequestWatchProgress(ctx) // for watches that are served below
}
