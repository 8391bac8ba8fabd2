package storagetest

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// operation is one call of the storage.
type operation struct {
	name string
	call func(c *check, ctx context.Context, key string) error
}

var operations = []operation{
	{"create", func(c *check, ctx context.Context, key string) error {
		return c.Storage.Create(ctx, key, pod("b"), nil, 0)
	}},
	{"get", func(c *check, ctx context.Context, key string) error {
		return c.Storage.Get(ctx, key, storage.GetOptions{}, &corev1.Pod{})
	}},
	{"list", func(c *check, ctx context.Context, key string) error {
		return c.Storage.GetList(ctx, key, storage.ListOptions{}, &kinds.List{})
	}},
	{"update", func(c *check, ctx context.Context, key string) error {
		return c.Storage.GuaranteedUpdate(ctx, key, nil, setting(withLabel("x")))
	}},
	{"delete", func(c *check, ctx context.Context, key string) error {
		return c.Storage.Delete(ctx, key, nil, storage.DeleteOptions{})
	}},
}

var contractCases = []testCase{
	{name: "an operation whose context has ended fails with the context's error", check: func(c *check) {
		c.createAll("a")
		ctx, cancel := context.WithCancel(c.ctx)
		cancel()
		for _, op := range operations {
			c.fails(op.call(c, ctx, key("default/a")), op.name, key("default/a"), context.Canceled)
		}
		c.same("the object", names(c.list("", storage.ListOptions{})), []string{"a"})
	}},
	{name: "a key that names nothing, or leads elsewhere, is refused", check: func(c *check) {
		for _, bad := range []string{
			"", "/", ".", "..", "../pods/default/a", "/pods/../secrets/default/a", "/pods/./default/a", "/pods/default/..",
			"/secrets/default/a", "/podsandmore/default/a", "pods/default/a",
		} {
			for _, op := range operations {
				c.fails(op.call(c, c.ctx, bad), op.name, bad, storage.ErrInvalidKey)
			}
		}
	}},
	{name: "a value that cannot be read is corrupt", check: func(c *check) {
		c.needs("Corrupt", c.Corrupt != nil)
		c.createAll("a")
		c.ok(c.Corrupt(c.ctx, key("default/a")))
		for _, op := range operations[1:4] {
			c.fails(op.call(c, c.ctx, key("default/a")), op.name, key("default/a"), storage.ErrCorrupt)
		}
	}},
	{name: "what was delivered belongs to the caller", check: func(c *check) {
		created := c.create(pod("a", withLabel("x")))
		w := c.watch("", from(""))
		scribbled := []*corev1.Pod{
			created, c.get("a"), c.list("", storage.ListOptions{}).Items[0].(*corev1.Pod), w.next().Object.(*corev1.Pod),
		}
		for _, p := range scribbled {
			p.Labels["app"] = "scribbled over"
		}
		c.same("the stored label", c.get("a").Labels["app"], "x")
		e := c.watch("", from("")).next()
		c.same("another watch's label", e.Object.(*corev1.Pod).Labels["app"], "x")
	}},
	{name: "the stored bytes do not hold the version", check: func(c *check) {
		c.needs("RawGet", c.RawGet != nil)
		created := c.create(pod("a"))
		c.label("a", "x") // from an object that has its version set
		raw, err := c.RawGet(c.ctx, key("default/a"))
		c.ok(err)
		version := created.ResourceVersion
		inProtobuf := fmt.Sprintf("\x32%c%s", len(version), version)
		inJSON := fmt.Sprintf("%q", version)
		if strings.Contains(string(raw), inProtobuf) || strings.Contains(string(raw), inJSON) {
			c.Fatalf("the stored value holds version %s: %q", version, raw)
		}
	}},
	{name: "the current version covers every write that was answered", check: func(c *check) {
		last := uint64(0)
		for i := range 5 {
			written := c.version(c.create(pod(fmt.Sprint("p", i))))
			now, err := c.Storage.GetCurrentResourceVersion(c.ctx)
			c.ok(err)
			if now < written || now < last {
				c.Fatalf("the current version is %d after a write at %d, and was %d before", now, written, last)
			}
			last = now
		}
	}},
	{name: "Stats counts the objects that there are", check: func(c *check) {
		c.createAll("a", "b", "c")
		c.delete("b")
		stats, err := c.Storage.Stats(c.ctx)
		c.ok(err)
		c.same("the count", stats.ObjectCount, int64(2))
	}},
	{name: "a storage that serves is ready", check: func(c *check) { c.ok(c.Storage.ReadinessCheck()) }},
	{name: "a compaction is known by its revision, or not at all", alone: true, check: func(c *check) {
		c.needs("Compact", c.Compact != nil)
		c.createAll("a")
		newest := c.version(c.label("a", "x"))
		c.ok(c.Compact(c.ctx, newest))
		if got := c.Storage.CompactRevision(); got > newest {
			c.Fatalf("compacted at %d, but the storage says %d", newest, got)
		}
		c.same("the state", c.get("a").Labels["app"], "x")
	}},
}
