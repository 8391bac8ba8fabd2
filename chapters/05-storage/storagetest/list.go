package storagetest

import (
	"fmt"

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
