package storagetest

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	storage "kubepath/chapters/05-storage"
)

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
