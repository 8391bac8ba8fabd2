package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// together runs n functions at once and ends the case with the first error.
func (c *check) together(n int, f func(i int) error) {
	c.Helper()
	c.begin(n, f)()
}

// begin starts n functions. The returned function waits for them and ends the case with the first error.
func (c *check) begin(n int, f func(i int) error) (wait func()) {
	var group errgroup.Group
	for i := range n {
		group.Go(func() error { return f(i) })
	}
	return func() {
		c.Helper()
		c.ok(group.Wait())
	}
}

// count returns the number in a pod's annotation n; increment adds 1 to it.
func count(p *corev1.Pod) int {
	n, _ := strconv.Atoi(p.Annotations["n"])
	return n
}

func increment(p *corev1.Pod) {
	p.Annotations = map[string]string{"n": strconv.Itoa(count(p) + 1)}
}

// raise increments the counter of a pod n times.
func (c *check) raise(name string, times int) error {
	for range times {
		if err := c.Storage.GuaranteedUpdate(c.ctx, key("default/"+name), nil, setting(increment)); err != nil {
			return err
		}
	}
	return nil
}

var concurrencyCases = []testCase{
	{name: "a counter raised by sixteen writers ends at the sum", check: func(c *check) {
		c.createAll("a")
		c.together(16, func(int) error { return c.raise("a", 4) })
		c.same("the counter", count(c.get("a")), 64)
	}},
	{name: "of sixteen creates of one key exactly one wins", check: func(c *check) {
		won := make(chan string, 16)
		c.together(16, func(i int) error {
			p := pod("a", onNodeNamed(fmt.Sprint(i)))
			err := c.Storage.Create(c.ctx, key("default/a"), p, nil, 0)
			if err == nil {
				won <- p.Spec.NodeName
				return nil
			}
			if !errors.Is(err, storage.ErrExists) {
				return err
			}
			return nil
		})
		c.same("the winners", len(won), 1)
		c.same("the stored object", c.get("a").Spec.NodeName, <-won)
	}},
	{name: "of eight deletes of one object exactly one wins", check: func(c *check) {
		c.createAll("a")
		won := make(chan struct{}, 8)
		c.together(8, func(int) error {
			err := c.Storage.Delete(c.ctx, key("default/a"), nil, storage.DeleteOptions{})
			if err == nil {
				won <- struct{}{}
			} else if !errors.Is(err, storage.ErrNotFound) {
				return err
			}
			return nil
		})
		c.same("the winners", len(won), 1)
	}},
	{name: "a deletion is not undone by the updates that race it", check: func(c *check) {
		c.createAll("a")
		c.together(8, func(i int) error {
			if i == 0 {
				return c.Storage.Delete(c.ctx, key("default/a"), nil, storage.DeleteOptions{})
			}
			if err := c.raise("a", 8); err != nil && !errors.Is(err, storage.ErrNotFound) {
				return err
			}
			return nil
		})
		err := c.Storage.Get(c.ctx, key("default/a"), storage.GetOptions{}, &corev1.Pod{})
		c.fails(err, "get", key("default/a"), storage.ErrNotFound)
	}},
	{name: "a watch misses nothing and repeats nothing while eight writers run", check: func(c *check) {
		w := c.watch("", c.now())
		const writers, writes = 8, 6
		wait := c.begin(writers, func(i int) error {
			name := fmt.Sprint("p", i)
			if err := c.Storage.Create(c.ctx, key("default/"+name), pod(name), nil, 0); err != nil {
				return err
			}
			if err := c.raise(name, writes); err != nil {
				return err
			}
			return c.Storage.Delete(c.ctx, key("default/"+name), nil, storage.DeleteOptions{})
		})
		seen, last := map[string]int{}, uint64(0)
		for range writers * (writes + 2) {
			e := w.next()
			if w.version(e) <= last {
				c.Fatalf("%v has version %d after %d", e, w.version(e), last)
			}
			last = w.version(e)
			if want := expected(seen[e.name()], writes); e.Type != want || count(e.Object.(*corev1.Pod)) != min(seen[e.name()], writes) {
				c.Fatalf("event %d of %s is %v with count %d, want %s", seen[e.name()], e.name(), e, count(e.Object.(*corev1.Pod)), want)
			}
			seen[e.name()]++
		}
		wait()
	}},
	{name: "pages show each object once, of one state, while writers run", check: func(c *check) {
		for i := range 12 {
			c.create(pod(fmt.Sprintf("p%02d", i)))
		}
		ctx, stop := context.WithCancel(c.ctx)
		wait := c.begin(1, func(int) error { c.churn(ctx); return nil })
		defer wait()
		defer stop()
		for range 5 {
			c.checkPages()
		}
	}},
	{name: "what a reader sees never goes back", check: func(c *check) {
		c.createAll("a")
		c.together(3, func(i int) error {
			if i > 0 {
				return c.raise("a", 15)
			}
			for last := 0; last < 30; {
				now := count(c.get("a"))
				if now < last {
					return fmt.Errorf("the counter was %d and then %d", last, now)
				}
				last = now
			}
			return nil
		})
	}},
}

// expected returns the type of the nth event of an object that is created, updated several times, and deleted.
func expected(n, writes int) watch.EventType {
	switch {
	case n == 0:
		return watch.Added
	case n <= writes:
		return watch.Modified
	}
	return watch.Deleted
}

// churn deletes and creates a pod at the beginning and one at the end of the list, and updates one between, until ctx
// ends.
func (c *check) churn(ctx context.Context) {
	for ctx.Err() == nil {
		for _, name := range []string{"p00", "p11"} {
			_ = c.Storage.Delete(ctx, key("default/"+name), nil, storage.DeleteOptions{})
			_ = c.Storage.Create(ctx, key("default/"+name), pod(name), nil, 0)
		}
		_ = c.Storage.GuaranteedUpdate(ctx, key("default/p05"), nil, setting(increment))
	}
}

// checkPages compares the pages of a list with the whole list at the version of the first page.
func (c *check) checkPages() {
	c.Helper()
	page := c.list("", limit(5))
	version, items := page.ResourceVersion, page.Items
	for page.Continue != "" {
		page = c.list("", after(page, limit(5)))
		items = append(items, page.Items...)
		c.same("the version of a page", page.ResourceVersion, version)
	}
	c.same("the pages together", items, c.list("", exactly(version)).Items)
}
