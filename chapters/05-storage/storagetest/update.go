package storagetest

import (
	"context"
	"errors"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// update updates the pod called name in the namespace default.
func (c *check) update(name string, u storage.Update) (*corev1.Pod, error) {
	out := &corev1.Pod{}
	return out, c.Storage.GuaranteedUpdate(c.ctx, key("default/"+name), out, u)
}

// meanwhile returns a change that, when it is called first, lets another writer write before it.
func meanwhile(other func(), change func(*corev1.Pod)) func(*corev1.Pod) {
	done := false
	return func(p *corev1.Pod) {
		if !done {
			done = true
			other()
		}
		change(p)
	}
}

func onNodeNamed(name string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Spec.NodeName = name }
}

var errRefused = errors.New("refused by the caller's function")

// never returns an update whose Mutate must not be called.
func (c *check) never() storage.Update {
	return setting(func(*corev1.Pod) { c.Error("Mutate ran") })
}

var updateCases = []testCase{
	{name: "an update replaces the object and raises its version", check: func(c *check) {
		created := c.create(pod("a"))
		updated := c.label("a", "x")
		if c.version(updated) <= c.version(created) {
			c.Fatalf("created at %s, updated at %s", created.ResourceVersion, updated.ResourceVersion)
		}
		c.same("the stored object", c.get("a"), updated)
	}},
	{name: "Mutate sees the stored object and its version", check: func(c *check) {
		created := c.create(pod("a", withLabel("x")))
		_, err := c.update("a", storage.Update{
			Mutate: func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
				c.same("the old object", old, runtime.Object(created))
				c.same("what is known of it", meta, storage.ResponseMeta{ResourceVersion: c.version(created)})
				return storage.MutateResult{Object: old}, nil
			},
		})
		c.ok(err)
	}},
	{name: "an update that changes nothing is not written", check: func(c *check) {
		created := c.create(pod("a", withLabel("x")))
		w := c.watch("", storage.ListOptions{ResourceVersion: created.ResourceVersion})
		c.same("the result", c.label("a", "x"), created)
		c.label("a", "y")
		if events := w.sees("MODIFIED a"); events[0].Object.(*corev1.Pod).Labels["app"] != "y" {
			c.Fatal("a watch saw the update that changed nothing")
		}
	}},
	{name: "an object that does not exist is not found", check: func(c *check) {
		_, err := c.update("a", c.never())
		c.fails(err, "update", key("default/a"), storage.ErrNotFound)
	}},
	{name: "an update that may create gets an empty object", check: func(c *check) {
		out, err := c.update("a", storage.Update{
			IgnoreNotFound: true,
			Mutate: func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
				c.same("the version", meta.ResourceVersion, uint64(0))
				c.same("the name", old.(*corev1.Pod).Name, "")
				return storage.MutateResult{Object: pod("a")}, nil
			},
		})
		c.ok(err)
		c.same("the stored object", c.get("a"), out)
	}},
	{name: "an error of Mutate comes back as it is", check: func(c *check) {
		created := c.create(pod("a"))
		_, err := c.update("a", storage.Update{Mutate: func(runtime.Object, storage.ResponseMeta) (storage.MutateResult, error) {
			return storage.MutateResult{}, errRefused
		}})
		if err != errRefused {
			c.Fatalf("got %v, want exactly the error of Mutate", err)
		}
		c.same("the stored object", c.get("a"), created)
	}},
	{name: "a version in the new object has no effect", check: func(c *check) {
		c.createAll("a")
		out, err := c.update("a", setting(func(p *corev1.Pod) { p.ResourceVersion = "5"; withLabel("x")(p) }))
		c.ok(err)
		c.same("the stored object", c.get("a"), out)
		if out.ResourceVersion == "5" {
			c.Fatal("the writer's version was taken over")
		}
	}},
	{name: "a result may be left, or taken by a ResultPointer", check: func(c *check) {
		c.createAll("a")
		c.ok(c.Storage.GuaranteedUpdate(c.ctx, key("default/a"), nil, setting(withLabel("x"))))
		c.same("the label", c.get("a").Labels["app"], "x")
		var ref kinds.ResultPointer
		c.ok(c.Storage.GuaranteedUpdate(c.ctx, key("default/a"), &ref, setting(withLabel("y"))))
		c.same("the ResultPointer's label", ref.Object.(*corev1.Pod).Labels["app"], "y")
	}},
	{name: "after a lost race Mutate runs again on what the winner wrote", check: func(c *check) {
		c.createAll("a")
		change := meanwhile(func() { c.label("a", "winner") }, onNodeNamed("loser"))
		out, err := c.update("a", setting(change))
		c.ok(err)
		if out.Labels["app"] != "winner" || out.Spec.NodeName != "loser" {
			c.Fatalf("one of two writes is lost: label %q, node %q", out.Labels["app"], out.Spec.NodeName)
		}
	}},
	{name: "an object deleted meanwhile stays deleted", check: func(c *check) {
		c.createAll("a")
		_, err := c.update("a", setting(meanwhile(func() { c.delete("a") }, withLabel("x"))))
		c.fails(err, "update", key("default/a"), storage.ErrNotFound)
	}},
	{name: "an object deleted and created meanwhile is the new one", check: func(c *check) {
		c.createAll("a")
		again := func() { c.delete("a"); c.create(pod("a", onNodeNamed("new"))) }
		out, err := c.update("a", setting(meanwhile(again, withLabel("x"))))
		c.ok(err)
		c.same("the node", out.Spec.NodeName, "new")
	}},
	{name: "an object created meanwhile is not overwritten", check: func(c *check) {
		change := meanwhile(func() { c.create(pod("a", onNodeNamed("winner"))) }, func(p *corev1.Pod) {
			p.Name, p.Namespace = "a", "default"
			withLabel("x")(p)
		})
		u := setting(change)
		u.IgnoreNotFound = true
		out, err := c.update("a", u)
		c.ok(err)
		c.same("the winner's node", out.Spec.NodeName, "winner")
	}},
}

func requireUID(uid string) *metav1.Preconditions {
	id := types.UID(uid)
	return &metav1.Preconditions{UID: &id}
}

func requireVersion(version string) *metav1.Preconditions {
	return &metav1.Preconditions{ResourceVersion: &version}
}

var preconditionCases = []testCase{
	{name: "preconditions that are met let the update pass", check: func(c *check) {
		created := c.create(pod("a"))
		u := setting(withLabel("x"))
		u.Preconditions = &metav1.Preconditions{UID: &created.UID, ResourceVersion: &created.ResourceVersion}
		_, err := c.update("a", u)
		c.ok(err)
	}},
	{name: "another uid refuses the update", check: func(c *check) {
		created := c.create(pod("a"))
		u := c.never()
		u.Preconditions = requireUID("other")
		_, err := c.update("a", u)
		e := c.fails(err, "update", key("default/a"), storage.ErrPrecondition)
		c.same("the detail", e.Detail, "Precondition failed: UID in precondition: other, UID in object meta: uid-of-a")
		c.same("the stored object", c.get("a"), created)
	}},
	{name: "another version refuses the update", check: func(c *check) {
		created := c.create(pod("a"))
		u := c.never()
		u.Preconditions = requireVersion("5")
		_, err := c.update("a", u)
		e := c.fails(err, "update", key("default/a"), storage.ErrPrecondition)
		c.same("the detail", e.Detail, "Precondition failed: ResourceVersion in precondition: 5, "+
			"ResourceVersion in object meta: "+created.ResourceVersion)
	}},
	{name: "preconditions are checked again after a lost race", check: func(c *check) {
		created := c.create(pod("a"))
		u := setting(meanwhile(func() { c.label("a", "winner") }, onNodeNamed("loser")))
		u.Preconditions = requireVersion(created.ResourceVersion)
		_, err := c.update("a", u)
		c.fails(err, "update", key("default/a"), storage.ErrPrecondition)
		c.same("the node", c.get("a").Spec.NodeName, "")
	}},
}

// stale creates the pod a, updates it, and returns the state before the update.
func (c *check) stale() *corev1.Pod {
	c.Helper()
	old := c.create(pod("a"))
	c.label("a", "current")
	return old
}

// refuseUnlessCurrent refuses the state before the update by stale.
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
