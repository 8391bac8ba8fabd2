package storagetest

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// remove deletes the pod a with opts.
func (c *check) remove(opts storage.DeleteOptions) (*corev1.Pod, error) {
	out := &corev1.Pod{}
	return out, c.Storage.Delete(c.ctx, key("default/a"), out, opts)
}

var deleteCases = []testCase{
	{name: "the last state comes back with the version of the deletion", check: func(c *check) {
		stored := c.create(pod("a", withLabel("x")))
		deleted := c.delete("a")
		if c.version(deleted) <= c.version(stored) {
			c.Fatalf("stored at %s, deleted at %s", stored.ResourceVersion, deleted.ResourceVersion)
		}
		deleted.ResourceVersion = stored.ResourceVersion
		c.same("the rest of the last state", deleted, stored)
		err := c.Storage.Get(c.ctx, key("default/a"), storage.GetOptions{}, &corev1.Pod{})
		c.fails(err, "get", key("default/a"), storage.ErrNotFound)
	}},
	{name: "an object that does not exist is not found", check: func(c *check) {
		_, err := c.remove(storage.DeleteOptions{})
		c.fails(err, "delete", key("default/a"), storage.ErrNotFound)
	}},
	{name: "a result may be left, or taken by a ResultPointer", check: func(c *check) {
		c.createAll("a", "b")
		c.ok(c.Storage.Delete(c.ctx, key("default/a"), nil, storage.DeleteOptions{}))
		var ref kinds.ResultPointer
		c.ok(c.Storage.Delete(c.ctx, key("default/b"), &ref, storage.DeleteOptions{}))
		c.same("the ResultPointer's object", ref.Object.(*corev1.Pod).Name, "b")
	}},
	{name: "preconditions that are met let it pass", check: func(c *check) {
		created := c.create(pod("a"))
		p := requireUID(string(created.UID))
		p.ResourceVersion = &created.ResourceVersion
		_, err := c.remove(storage.DeleteOptions{Preconditions: p})
		c.ok(err)
	}},
	{name: "another uid or version refuses it", check: func(c *check) {
		created := c.create(pod("a"))
		for _, p := range []storage.DeleteOptions{
			{Preconditions: requireUID("other")},
			{Preconditions: requireVersion("5")},
			{Preconditions: requireUID("other"), CachedExistingObject: created},
		} {
			_, err := c.remove(p)
			if e := c.fails(err, "delete", key("default/a"), storage.ErrPrecondition); e.Detail == "" {
				c.Fatal("the error has no detail for the client")
			}
		}
		c.same("the stored object", c.get("a"), created)
	}},
	{name: "an error of Validate comes back as it is", check: func(c *check) {
		created := c.create(pod("a"))
		refuse := func(_ context.Context, obj runtime.Object) error {
			c.same("what Validate sees", obj.(*corev1.Pod), created)
			return errRefused
		}
		for _, hint := range []runtime.Object{nil, created} {
			if _, err := c.remove(storage.DeleteOptions{Validate: refuse, CachedExistingObject: hint}); err != errRefused {
				c.Fatalf("got %v, want exactly the error of Validate", err)
			}
		}
		c.same("the stored object", c.get("a"), created)
	}},
	{name: "an object that changes meanwhile is validated again", check: func(c *check) {
		c.createAll("a")
		var seen []string
		deleted, err := c.remove(storage.DeleteOptions{Validate: func(_ context.Context, obj runtime.Object) error {
			if seen = append(seen, obj.(*corev1.Pod).Labels["app"]); len(seen) == 1 {
				c.label("a", "winner")
			}
			return nil
		}})
		c.ok(err)
		c.same("the labels that Validate saw", seen, []string{"", "winner"})
		c.same("the label of the last state", deleted.Labels["app"], "winner")
	}},
}
