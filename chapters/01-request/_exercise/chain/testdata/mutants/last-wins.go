package exercise

import (
	"errors"
	"path"
)

// Name is the name of one object.
func (c *Chain) Name(name string) *Chain {
	if name == "" {
		return c.mistake(errors.New("resource name may not be empty"))
	}
	if c.fits("resource name", name) {
		c.name = name
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
