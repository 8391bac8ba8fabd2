package storagetest

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// stale creates the pod a, lets it change, and returns the state from before the change.
func (c *check) stale() *corev1.Pod {
	c.Helper()
	old := c.create(pod("a"))
	c.label("a", "current")
	return old
}

// refuseUnlessCurrent refuses states from before the change that stale makes.
func refuseUnlessCurrent(p *corev1.Pod) error {
	if p.Labels["app"] != "current" {
		return errRefused
	}
	return nil
}

var hintCases = []testCase{
	{name: "an update from a current hint is written", check: func(c *check) {
		u := setting(withLabel("x"))
		u.CachedExistingObject = c.create(pod("a"))
		out, err := c.update("a", u)
		c.ok(err)
		c.same("the stored object", c.get("a"), out)
	}},
	{name: "an update from a stale hint builds on the current state", check: func(c *check) {
		u := setting(onNodeNamed("n"))
		u.CachedExistingObject = c.stale()
		out, err := c.update("a", u)
		c.ok(err)
		if out.Labels["app"] != "current" || out.Spec.NodeName != "n" {
			c.Fatalf("one of two writes is lost: label %q, node %q", out.Labels["app"], out.Spec.NodeName)
		}
	}},
	{name: "an update that a stale hint seems to make needless is written", check: func(c *check) {
		u := setting(func(p *corev1.Pod) { p.Labels = nil })
		u.CachedExistingObject = c.stale()
		_, err := c.update("a", u)
		c.ok(err)
		c.same("the labels", c.get("a").Labels, map[string]string(nil))
	}},
	{name: "a stale hint that fails a precondition is read again", check: func(c *check) {
		u := setting(onNodeNamed("n"))
		u.CachedExistingObject = c.stale()
		u.Preconditions = requireVersion(c.get("a").ResourceVersion)
		_, err := c.update("a", u)
		c.ok(err)
	}},
	{name: "a stale hint that meets a precondition does not hide that the object does not", check: func(c *check) {
		old := c.stale()
		u := setting(onNodeNamed("n"))
		u.CachedExistingObject, u.Preconditions = old, requireVersion(old.ResourceVersion)
		_, err := c.update("a", u)
		c.fails(err, "update", key("default/a"), storage.ErrPrecondition)
	}},
	{name: "a refusal because of a stale hint is not the last word", check: func(c *check) {
		hint := c.stale()
		_, err := c.update("a", storage.Update{
			CachedExistingObject: hint,
			Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
				p := old.(*corev1.Pod)
				p.Spec.NodeName = "n"
				return storage.MutateResult{Object: p}, refuseUnlessCurrent(p)
			},
		})
		c.ok(err)
	}},
	{name: "a hint of a deleted object does not bring it back", check: func(c *check) {
		u := setting(withLabel("x"))
		u.CachedExistingObject = c.create(pod("a"))
		c.delete("a")
		_, err := c.update("a", u)
		c.fails(err, "update", key("default/a"), storage.ErrNotFound)
	}},
	{name: "the hint itself is not changed", check: func(c *check) {
		hint := c.create(pod("a", withLabel("before")))
		before := hint.DeepCopy()
		u := setting(func(p *corev1.Pod) { p.Labels["app"] = "after" })
		u.CachedExistingObject = hint
		_, err := c.update("a", u)
		c.ok(err)
		c.same("the hint", hint, before)
	}},
	{name: "a delete by a stale hint returns the current state", check: func(c *check) {
		out := &corev1.Pod{}
		c.ok(c.Storage.Delete(c.ctx, key("default/a"), out, storage.DeleteOptions{CachedExistingObject: c.stale()}))
		c.same("the label", out.Labels["app"], "current")
	}},
	{name: "a delete refused because of a stale hint is asked again", check: func(c *check) {
		opts := storage.DeleteOptions{
			CachedExistingObject: c.stale(),
			Validate:             func(_ context.Context, obj runtime.Object) error { return refuseUnlessCurrent(obj.(*corev1.Pod)) },
		}
		opts.Preconditions = requireVersion(c.get("a").ResourceVersion)
		c.ok(c.Storage.Delete(c.ctx, key("default/a"), nil, opts))
	}},
	{name: "a delete by a hint of a deleted object finds nothing", check: func(c *check) {
		hint := c.create(pod("a"))
		c.delete("a")
		err := c.Storage.Delete(c.ctx, key("default/a"), nil, storage.DeleteOptions{CachedExistingObject: hint})
		c.fails(err, "delete", key("default/a"), storage.ErrNotFound)
	}},
}
