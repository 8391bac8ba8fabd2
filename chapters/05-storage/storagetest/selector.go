package storagetest

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// onNode selects the pods of one node, by a field that only pods have.
func onNode(name string) storage.SelectionPredicate {
	return storage.SelectionPredicate{
		Field: fields.OneTermEqualSelector("spec.nodeName", name),
		GetAttrs: func(obj runtime.Object) (labels.Set, fields.Set, error) {
			p := obj.(*corev1.Pod)
			return p.Labels, fields.Set{"spec.nodeName": p.Spec.NodeName}, nil
		},
	}
}

// labelled watches the pods with a label from a version.
func labelled(version, value string) storage.ListOptions {
	p := storage.SelectionPredicate{Label: labels.SelectorFromSet(labels.Set{"app": value})}
	return storage.ListOptions{ResourceVersion: version, Predicate: p}
}

var selectorCases = []testCase{
	{name: "an object that begins to match is ADDED, one that ceases to is DELETED", check: func(c *check) {
		created := c.create(pod("a"))
		in := c.label("a", "x")
		c.ok(c.Storage.GuaranteedUpdate(c.ctx, key("default/a"), nil, setting(onNodeNamed("n"))))
		out := c.label("a", "y")
		events := c.watch("", labelled(created.ResourceVersion, "x")).sees("ADDED a", "MODIFIED a", "DELETED a")
		c.same("what was added", events[0].Object.(*corev1.Pod), in)
		last := events[2].Object.(*corev1.Pod)
		c.same("the label of what was deleted", last.Labels["app"], "x")
		c.same("the node of what was deleted", last.Spec.NodeName, "n")
		c.same("its version", last.ResourceVersion, out.ResourceVersion)
	}},
	{name: "what never matches is not seen", check: func(c *check) {
		w := c.watch("", labelled("", "x"))
		c.createAll("a")
		c.label("a", "y")
		c.delete("a")
		c.create(pod("b", withLabel("x")))
		w.sees("ADDED b")
	}},
	{name: "the deletion of what matched is seen", check: func(c *check) {
		created := c.create(pod("a", withLabel("x")))
		c.delete("a")
		c.watch("", labelled(created.ResourceVersion, "x")).sees("DELETED a")
	}},
	{name: "a selector picks among the initial events", check: func(c *check) {
		c.createAll("a")
		c.create(pod("b", withLabel("x")))
		w := c.watch("", labelled("", "x"))
		w.sees("ADDED b")
		c.label("a", "x")
		w.sees("ADDED a")
	}},
	{name: "a field selector follows an attribute of the resource", check: func(c *check) {
		opts := c.now()
		opts.Predicate = onNode("n1")
		w := c.watch("", opts)
		c.createAll("a", "b")
		for _, node := range []string{"n1", "n2", "n1"} {
			c.ok(c.Storage.GuaranteedUpdate(c.ctx, key("default/a"), nil, setting(onNodeNamed(node))))
		}
		w.sees("ADDED a", "DELETED a", "ADDED a")
	}},
}
