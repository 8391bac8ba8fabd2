package storagetest

import (
	"encoding/base64"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

func limit(n int64) storage.ListOptions {
	return storage.ListOptions{Predicate: storage.SelectionPredicate{Limit: n}}
}

// after goes on after a page.
func after(page *kinds.List, opts storage.ListOptions) storage.ListOptions {
	opts.Predicate.Continue = page.Continue
	return opts
}

// handmade is a token as a client could forge it.
func handmade(json string) storage.ListOptions {
	opts := limit(2)
	opts.Predicate.Continue = base64.RawURLEncoding.EncodeToString([]byte(json))
	return opts
}

var pageCases = []testCase{
	{name: "pages show the state of the first, each object once", check: func(c *check) {
		c.createAll("a", "b", "c", "d", "e")
		first := c.list("", limit(2))
		c.createAll("b-late", "c-late")
		c.delete("d")
		c.label("e", "late")
		second := c.list("", after(first, limit(2)))
		third := c.list("", after(second, limit(2)))
		c.same("the first page", names(first), []string{"a", "b"})
		c.same("the second page", names(second), []string{"c", "d"})
		c.same("the third page", names(third), []string{"e"})
		c.same("an item of the third page", third.Items[0].(*corev1.Pod).Labels, map[string]string(nil))
		c.same("the versions", []string{second.ResourceVersion, third.ResourceVersion},
			[]string{first.ResourceVersion, first.ResourceVersion})
	}},
	{name: "a page says how many remain, the last one nothing", check: func(c *check) {
		c.createAll("a", "b", "c")
		first := c.list("", limit(2))
		if first.Continue == "" || first.RemainingItemCount == nil || *first.RemainingItemCount != 1 {
			c.Fatalf("the first page's metadata is %+v", first.ListMeta)
		}
		last := c.list("", after(first, limit(2)))
		if last.Continue != "" || last.RemainingItemCount != nil {
			c.Fatalf("the last page's metadata is %+v", last.ListMeta)
		}
	}},
	{name: "a limit that is not reached gives one page", check: func(c *check) {
		c.createAll("a", "b")
		for _, n := range []int64{2, 3, 0, -1} {
			l := c.list("", limit(n))
			c.same(fmt.Sprintf("limit %d", n), names(l), []string{"a", "b"})
			c.same("its token", l.Continue, "")
		}
	}},
	{name: "a token without a limit reads the rest", check: func(c *check) {
		c.createAll("a", "b", "c", "d")
		rest := c.list("", after(c.list("", limit(1)), storage.ListOptions{}))
		c.same("the rest", names(rest), []string{"b", "c", "d"})
		c.same("its token", rest.Continue, "")
	}},
	{name: "a limit counts what a selector picks, and nothing is said of the rest", check: func(c *check) {
		c.create(pod("a", withLabel("x")))
		c.createAll("b", "c")
		c.create(pod("d", withLabel("x")))
		c.createAll("e")
		c.create(pod("f", withLabel("x")))
		opts := limit(2)
		opts.Predicate.Label = labels.SelectorFromSet(labels.Set{"app": "x"})
		first := c.list("", opts)
		c.same("the first page", names(first), []string{"a", "d"})
		if first.Continue == "" || first.RemainingItemCount != nil {
			c.Fatalf("the first page's metadata is %+v", first.ListMeta)
		}
		second := c.list("", after(first, opts))
		c.same("the second page", names(second), []string{"f"})
		c.same("its token", second.Continue, "")
	}},
	{name: "the token holds the version and the key to go on at", check: func(c *check) {
		c.createAll("a", "b")
		for path, start := range map[string]string{"": "default/a\x00", "default/": "a\x00"} {
			page := c.list(path, limit(1))
			got, version, err := storage.DecodeContinue(page.Continue, "/prefix/")
			c.ok(err)
			c.same("the key of "+path, got, "/prefix/"+start)
			c.same("the version", strconv.FormatInt(version, 10), page.ResourceVersion)
		}
	}},
	{name: "a token that no server wrote is refused", check: func(c *check) {
		c.createAll("a")
		bad := limit(2)
		bad.Predicate.Continue = "bad"
		for reason, opts := range map[string]storage.ListOptions{
			"invalid character 'm' looking for beginning of value":             bad,
			"server does not recognize this encoded version ":                  handmade(`{}`),
			"incorrect encoded start resourceVersion (version meta.k8s.io/v1)": handmade(`{"v":"meta.k8s.io/v1","start":"a"}`),
			"encoded start key empty (version meta.k8s.io/v1)":                 handmade(`{"v":"meta.k8s.io/v1","rv":1}`),
			"../../secrets/default/s":                                          handmade(`{"v":"meta.k8s.io/v1","rv":-1,"start":"../../secrets/default/s"}`),
		} {
			e := c.refusesList(opts, storage.ErrInvalidContinue)
			c.same("the detail", e.Detail, "invalid continue token: continue key is not valid: "+reason)
		}
	}},
	{name: "a token and a version are refused", check: func(c *check) {
		c.createAll("a", "b")
		opts := after(c.list("default/", limit(1)), limit(1))
		opts.ResourceVersion = "5"
		e := c.refusesList(opts, storage.ErrInvalidContinue)
		c.same("the detail", e.Detail, "specifying resource version is not allowed when using continue")
	}},
	{name: "an expired token is answered with one that goes on at the newest state", alone: true, check: func(c *check) {
		c.needs("Compact", c.Compact != nil)
		c.createAll("a", "b", "c")
		first := c.list("default/", limit(1))
		c.delete("b")
		c.createAll("d")
		c.ok(c.Compact(c.ctx, c.version(c.label("c", "x"))))
		e := c.refusesList(after(first, limit(1)), storage.ErrExpired)
		opts := limit(1)
		opts.Predicate.Continue = e.Continue
		second := c.list("default/", opts)
		c.same("the page after the new token", names(second), []string{"c"})
		c.same("the last page", names(c.list("default/", after(second, limit(1)))), []string{"d"})
	}},
}
