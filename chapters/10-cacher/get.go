package cacher

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// Get delivers an object from memory. A *kinds.Ref receives the cached object, with its bytes; others a copy.
// Upstream: Cacher.Get.
func (c *Cache) Get(ctx context.Context, key string, opts storage.GetOptions, out runtime.Object) error {
	atLeast, err := c.versioner.ParseVersion(opts.ResourceVersion)
	if _, ours := c.scope(key, false); !ours || err != nil {
		return c.Interface.Get(ctx, key, opts, out)
	}
	served, err := c.serves(ctx, age{newest: opts.ResourceVersion == "", atLeast: atLeast})
	if err != nil {
		return storage.Fail("get", key, err)
	}
	if !served {
		return c.Interface.Get(ctx, key, opts, out)
	}
	found, _ := c.state.get(key)
	switch {
	case found != nil:
		err = deliver(out, found)
	case opts.IgnoreNotFound:
		err = storage.DeliverNothing(out)
	default:
		err = storage.ErrNotFound
	}
	return storage.Fail("get", key, err)
}

// deliver hands out the cached object where it stays read-only, else a copy.
func deliver(out runtime.Object, o *object) error {
	if out == nil {
		return nil
	}
	if _, shared := out.(*kinds.Ref); shared {
		return kinds.Deliver(out, o)
	}
	return kinds.Deliver(out, o.DeepCopyObject())
}
