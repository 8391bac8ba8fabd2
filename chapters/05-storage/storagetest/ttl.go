package storagetest

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// labelFor returns an update that sets a label and the TTL of the object; nil: the TTL is kept.
func labelFor(value string, ttl *uint64) storage.Update {
	return storage.Update{Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
		withLabel(value)(old.(*corev1.Pod))
		return storage.MutateResult{Object: old, TTL: ttl}, nil
	}}
}

// left returns the remaining TTL that an update gets, in seconds.
func (c *check) left(name string) (seconds int64) {
	c.Helper()
	_, err := c.update(name, storage.Update{
		Mutate: func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
			seconds = meta.TTL
			return storage.MutateResult{Object: old}, nil
		},
	})
	c.ok(err)
	return seconds
}

// createFor stores the pod a with a TTL.
func (c *check) createFor(ttl uint64) *corev1.Pod {
	c.Helper()
	out := &corev1.Pod{}
	c.ok(c.Storage.Create(c.ctx, key("default/a"), pod("a"), out, ttl))
	return out
}

var ttlCases = []testCase{
	{name: "an object with a TTL is deleted when it is over", check: func(c *check) {
		created := c.createFor(1)
		w := c.watch("default/", storage.ListOptions{ResourceVersion: created.ResourceVersion})
		w.sees("DELETED a")
		err := c.Storage.Get(c.ctx, key("default/a"), storage.GetOptions{}, &corev1.Pod{})
		c.fails(err, "get", key("default/a"), storage.ErrNotFound)
	}},
	{name: "an update that says nothing of the TTL keeps it", check: func(c *check) {
		created := c.createFor(1)
		_, err := c.update("a", labelFor("x", nil))
		c.ok(err)
		w := c.watch("default/", storage.ListOptions{ResourceVersion: created.ResourceVersion})
		w.sees("MODIFIED a", "DELETED a")
	}},
	{name: "Mutate is told how long the object has left", check: func(c *check) {
		c.createFor(3600)
		if left := c.left("a"); left < 3000 || left > 4000 {
			c.Fatalf("an object that lives for an hour has %d s left", left)
		}
	}},
	{name: "an update may change the TTL", check: func(c *check) {
		c.createFor(3600)
		longer := uint64(36000)
		_, err := c.update("a", labelFor("x", &longer))
		c.ok(err)
		if left := c.left("a"); left < 30000 || left > 40000 {
			c.Fatalf("an object that lives for ten hours has %d s left", left)
		}
	}},
	{name: "an update may end the TTL", check: func(c *check) {
		c.createFor(3600)
		forever := uint64(0)
		_, err := c.update("a", labelFor("x", &forever))
		c.ok(err)
		c.same("the seconds left", c.left("a"), int64(0))
	}},
}
