package storagetest

import (
	"encoding/base64"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

func inNamespace(namespace string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Namespace = namespace }
}

func exactly(version string) storage.ListOptions {
	return storage.ListOptions{ResourceVersion: version, ResourceVersionMatch: metav1.ResourceVersionMatchExact}
}

func notOlderThan(version string) storage.ListOptions {
	return storage.ListOptions{ResourceVersion: version, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan}
}

// refusesList ends the case unless a list of the namespace default fails with want.
func (c *check) refusesList(opts storage.ListOptions, want error) *storage.Error {
	c.Helper()
	opts.Recursive = true
	return c.fails(c.Storage.GetList(c.ctx, key("default/"), opts, &kinds.List{}), "list", key("default/"), want)
}

var listCases = []testCase{
	{name: "a key that ends with a slash is a prefix only where the list is recursive", check: func(c *check) {
		c.createAll("a")
		for _, prefix := range []string{key(""), key("default/")} {
			out := &kinds.List{}
			c.ok(c.Storage.GetList(c.ctx, prefix, storage.ListOptions{}, out))
			c.same(prefix, names(out), []string{})
		}
	}},
	{name: "an empty list has a version", check: func(c *check) {
		l := c.list("", storage.ListOptions{})
		if len(l.Items) != 0 || l.ResourceVersion == "" || l.ResourceVersion == "0" || l.Continue != "" {
			c.Fatalf("got %v with metadata %+v", names(l), l.ListMeta)
		}
	}},
	{name: "objects come in the order of their keys, with their versions", check: func(c *check) {
		c.createAll("b", "c", "a", "a-b", "ab")
		l := c.list("", storage.ListOptions{})
		c.same("the order", names(l), []string{"a", "a-b", "ab", "b", "c"})
		c.same("the first item", l.Items[0].(*corev1.Pod), c.get("a"))
	}},
	{name: "the list is as new as each of its objects", check: func(c *check) {
		c.createAll("a", "b")
		last := c.version(c.label("a", "x"))
		l := c.list("", storage.ListOptions{})
		if version, err := c.Storage.Versioner().ParseResourceVersion(l.ResourceVersion); err != nil || version < last {
			c.Fatalf("the list's version is %s (%v), its newest object's %d", l.ResourceVersion, err, last)
		}
	}},
	{name: "a namespace ends at its slash", check: func(c *check) {
		c.create(pod("a", inNamespace("default")))
		c.create(pod("b", inNamespace("default-2")))
		c.same("with a slash", names(c.list("default/", storage.ListOptions{})), []string{"a"})
		c.same("without one", names(c.list("default", storage.ListOptions{})), []string{"a"})
	}},
	{name: "the list keeps what the caller put into it", check: func(c *check) {
		c.createAll("b")
		l := &kinds.List{TypeMeta: metav1.TypeMeta{Kind: "PodList", APIVersion: "v1"}, Items: []runtime.Object{pod("a")}}
		c.ok(c.Storage.GetList(c.ctx, key(""), storage.ListOptions{Recursive: true}, l))
		c.same("the items", names(l), []string{"a", "b"})
		c.same("the kind", l.Kind, "PodList")
	}},
	{name: "a list of one key holds that object or nothing", check: func(c *check) {
		c.createAll("ab")
		one := func(name string) []string {
			l := &kinds.List{}
			c.ok(c.Storage.GetList(c.ctx, key("default/"+name), storage.ListOptions{}, l))
			return names(l)
		}
		c.same("missing", one("a"), []string{})
		c.same("there", one("ab"), []string{"ab"})
	}},
	{name: "a label selector picks", check: func(c *check) {
		c.create(pod("a", withLabel("x")))
		c.create(pod("b", withLabel("y")))
		c.create(pod("c"))
		p := storage.SelectionPredicate{Label: labels.SelectorFromSet(labels.Set{"app": "y"})}
		c.same("the names", names(c.list("", storage.ListOptions{Predicate: p})), []string{"b"})
	}},
	{name: "a field selector picks by name without attributes", check: func(c *check) {
		c.createAll("a", "b")
		p := storage.SelectionPredicate{Field: fields.OneTermEqualSelector("metadata.name", "b")}
		c.same("the names", names(c.list("", storage.ListOptions{Predicate: p})), []string{"b"})
	}},
	{name: "a field selector picks by the resource's attributes", check: func(c *check) {
		c.createAll("a")
		c.create(pod("b", func(p *corev1.Pod) { p.Spec.NodeName = "n1" }))
		l := c.list("", storage.ListOptions{Predicate: onNode("n1")})
		c.same("the names", names(l), []string{"b"})
	}},
	{name: "version zero and older ones are answered", check: func(c *check) {
		first := c.create(pod("a"))
		c.createAll("b")
		for _, opts := range []storage.ListOptions{
			{ResourceVersion: "0"}, {ResourceVersion: first.ResourceVersion}, notOlderThan("0"), notOlderThan(first.ResourceVersion),
		} {
			c.same(fmt.Sprintf("version %s %s", opts.ResourceVersion, opts.ResourceVersionMatch), names(c.list("", opts)), []string{"a", "b"})
		}
	}},
	{name: "an exact version shows that state", check: func(c *check) {
		c.createAll("a", "b")
		then := c.list("", storage.ListOptions{})
		c.delete("a")
		c.label("b", "later")
		c.createAll("c")
		again := c.list("", exactly(then.ResourceVersion))
		c.same("the state then", again, then)
	}},
	{name: "a limit with a version means exactly that version", check: func(c *check) {
		first := c.create(pod("a"))
		c.createAll("b")
		opts := storage.ListOptions{ResourceVersion: first.ResourceVersion, Predicate: storage.SelectionPredicate{Limit: 5}}
		c.same("the state then", names(c.list("", opts)), []string{"a"})
	}},
	{name: "a version of the future is refused", check: func(c *check) {
		c.createAll("a")
		future := fmt.Sprint(farAway)
		for _, opts := range []storage.ListOptions{exactly(future), notOlderThan(future), {ResourceVersion: future}} {
			if e := c.refusesList(opts, storage.ErrFuture); e.Requested != farAway || e.Current == 0 {
				c.Fatalf("the error says requested %d and current %d", e.Requested, e.Current)
			}
		}
	}},
	{name: "a version that is no number is refused", check: func(c *check) {
		e := c.refusesList(storage.ListOptions{ResourceVersion: "abc"}, storage.ErrInvalidVersion)
		c.same("the detail", e.Detail,
			`resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax`)
	}},
	{name: "an exact version that was compacted has expired", alone: true, check: func(c *check) {
		c.needs("Compact", c.Compact != nil)
		then := c.create(pod("a"))
		c.label("a", "x")
		c.ok(c.Compact(c.ctx, c.version(c.label("a", "y"))))
		e := c.refusesList(exactly(then.ResourceVersion), storage.ErrExpired)
		c.same("the detail", e.Detail, "The resourceVersion for the provided list is too old.")
		c.same("the token, as none was given", e.Continue, "")
		c.same("the newest state", names(c.list("", storage.ListOptions{})), []string{"a"})
	}},
}

func limit(n int64) storage.ListOptions {
	return storage.ListOptions{Predicate: storage.SelectionPredicate{Limit: n}}
}

// after returns the options for the page after a page.
func after(page *kinds.List, opts storage.ListOptions) storage.ListOptions {
	opts.Predicate.Continue = page.Continue
	return opts
}

// handmade returns a token that a client could have forged.
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
