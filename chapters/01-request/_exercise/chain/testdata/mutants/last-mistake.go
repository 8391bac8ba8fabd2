package exercise

import (
	"errors"
	"fmt"
	"path"
)

// Name is the name of one object.
func (c *Chain) Name(name string) *Chain {
	switch {
	case name == "":
		return c.mistake(errors.New("resource name may not be empty"))
	case c.name != "":
		return c.mistake(fmt.Errorf("resource name already set to %q, cannot change to %q", c.name, name))
	}
	before := c.err
	c.err = nil
	if c.fits("resource name", name) {
		c.name, c.err = name, before
	}
	return c
}

// Path is where the request goes, or the chain's first mistake.
func (c *Chain) Path() (string, error) {
	if c.err != nil {
		return "", c.err
	}
	root, namespaces := "/apis", ""
	if c.version.Group == "" {
		root = "/api"
	}
	if c.namespace != "" {
		namespaces = "namespaces"
	}
	return path.Join(root, c.version.Group, c.version.Version, namespaces, c.namespace, c.resource, c.name), nil
}
