package storagetest

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// farAway is a version that is never reached.
const farAway = uint64(1) << 60

var getCases = []testCase{
	{name: "an object that does not exist is not found", check: func(c *check) {
		err := c.Storage.Get(c.ctx, key("default/a"), storage.GetOptions{}, &corev1.Pod{})
		c.fails(err, "get", key("default/a"), storage.ErrNotFound)
	}},
	{name: "a missing object that may be missing leaves out zero", check: func(c *check) {
		out, ref := pod("left over"), kinds.ResultPointer{Object: pod("left over")}
		c.ok(c.Storage.Get(c.ctx, key("default/a"), storage.GetOptions{IgnoreNotFound: true}, out))
		c.same("the out-pointer", out, &corev1.Pod{})
		c.ok(c.Storage.Get(c.ctx, key("default/a"), storage.GetOptions{IgnoreNotFound: true}, &ref))
		if ref.Object != nil {
			c.Fatalf("the ResultPointer holds %v", ref.Object)
		}
	}},
	{name: "a key that another one begins with is another key", check: func(c *check) {
		c.createAll("ab")
		err := c.Storage.Get(c.ctx, key("default/a"), storage.GetOptions{}, &corev1.Pod{})
		c.fails(err, "get", key("default/a"), storage.ErrNotFound)
	}},
	{name: "any version that exists is answered with the newest state", check: func(c *check) {
		first := c.create(pod("a"))
		last := c.label("a", "new")
		for _, version := range []string{"", "0", first.ResourceVersion, last.ResourceVersion} {
			out := &corev1.Pod{}
			c.ok(c.Storage.Get(c.ctx, key("default/a"), storage.GetOptions{ResourceVersion: version}, out))
			c.same("the answer to version "+version, out, last)
		}
	}},
	{name: "a version of the future is refused", check: func(c *check) {
		created := c.version(c.create(pod("a")))
		opts := storage.GetOptions{ResourceVersion: fmt.Sprint(farAway)}
		err := c.Storage.Get(c.ctx, key("default/a"), opts, &corev1.Pod{})
		e := c.fails(err, "get", key("default/a"), storage.ErrFuture)
		if e.Requested != farAway || e.Current < created {
			c.Fatalf("the error says requested %d and current %d", e.Requested, e.Current)
		}
	}},
	{name: "a version that is no number is refused", check: func(c *check) {
		c.createAll("a")
		err := c.Storage.Get(c.ctx, key("default/a"), storage.GetOptions{ResourceVersion: "abc"}, &corev1.Pod{})
		e := c.fails(err, "get", key("default/a"), storage.ErrInvalidVersion)
		c.same("the detail", e.Detail,
			`resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax`)
	}},
	{name: "a ResultPointer receives the object", check: func(c *check) {
		created := c.create(pod("a"))
		var ref kinds.ResultPointer
		c.ok(c.Storage.Get(c.ctx, key("default/a"), storage.GetOptions{}, &ref))
		if got := c.version(ref.Object); got != c.version(created) {
			c.Fatalf("the ResultPointer's object has version %d, want %s", got, created.ResourceVersion)
		}
	}},
}
