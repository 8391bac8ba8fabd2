package storagetest

import (
	corev1 "k8s.io/api/core/v1"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

var createCases = []testCase{
	{name: "a created object comes back with its resource version", check: func(c *check) {
		created := c.create(pod("a", withLabel("x")))
		if c.version(created) == 0 {
			c.Fatal("the created object has no resource version")
		}
		c.same("the stored object", c.get("a"), created)
		c.same("its labels", created.Labels, map[string]string{"app": "x"})
	}},
	{name: "a key that exists is refused and keeps its object", check: func(c *check) {
		first := c.create(pod("a"))
		err := c.Storage.Create(c.ctx, key("default/a"), pod("a", withLabel("late")), nil, 0)
		c.fails(err, "create", key("default/a"), storage.ErrExists)
		c.same("the first object", c.get("a"), first)
	}},
	{name: "an object that has a resource version is refused", check: func(c *check) {
		p := pod("a", func(p *corev1.Pod) { p.ResourceVersion = "7" })
		err := c.Storage.Create(c.ctx, key("default/a"), p, nil, 0)
		c.fails(err, "create", key("default/a"), storage.ErrResourceVersionSet)
	}},
	{name: "nobody needs to take the result", check: func(c *check) {
		c.ok(c.Storage.Create(c.ctx, key("default/a"), pod("a"), nil, 0))
		c.same("the stored name", c.get("a").Name, "a")
	}},
	{name: "a ResultPointer receives the object", check: func(c *check) {
		var ref kinds.ResultPointer
		c.ok(c.Storage.Create(c.ctx, key("default/a"), pod("a"), &ref, 0))
		if c.version(ref.Object) != c.version(c.get("a")) {
			c.Fatalf("the ResultPointer holds %v", ref.Object)
		}
	}},
	{name: "the object passed in is not changed and not kept", check: func(c *check) {
		in := pod("a", withLabel("x"))
		before := in.DeepCopy()
		c.create(in)
		c.same("the object passed in", in, before)
		in.Labels["app"] = "scribbled over"
		c.same("the stored label", c.get("a").Labels["app"], "x")
	}},
	{name: "a deleted key can be created again, with a higher version", check: func(c *check) {
		first := c.version(c.create(pod("a")))
		c.delete("a")
		if again := c.version(c.create(pod("a"))); again <= first+1 {
			c.Fatalf("created at %d, deleted, and created again at %d", first, again)
		}
	}},
}
