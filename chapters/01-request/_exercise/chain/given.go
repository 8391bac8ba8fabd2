package exercise

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Chain is a request under construction.
type Chain struct {
	version                   schema.GroupVersion
	namespace, resource, name string // "": not set
	err                       error  // the first mistake
}

// Get begins a chain for one group version.
func Get(version schema.GroupVersion) *Chain { return &Chain{version: version} }

// Namespace narrows the request to one namespace.
func (c *Chain) Namespace(namespace string) *Chain {
	if c.namespace != "" {
		return c.mistake(fmt.Errorf("namespace already set to %q, cannot change to %q", c.namespace, namespace))
	}
	if c.fits("namespace", namespace) {
		c.namespace = namespace
	}
	return c
}

// Resource is the plural name of a resource.
func (c *Chain) Resource(resource string) *Chain {
	if c.resource != "" {
		return c.mistake(fmt.Errorf("resource already set to %q, cannot change to %q", c.resource, resource))
	}
	if c.fits("resource", resource) {
		c.resource = resource
	}
	return c
}

// mistake remembers an error, if it is the first.
func (c *Chain) mistake(err error) *Chain {
	if c.err == nil {
		c.err = err
	}
	return c
}

// fits checks that value can stand between two slashes, and remembers it as a mistake if it cannot. It is false for every
// value once there was a mistake.
func (c *Chain) fits(what, value string) bool {
	if problems := content.IsPathSegmentName(value); len(problems) != 0 {
		c.mistake(fmt.Errorf("invalid %s %q: %v", what, value, problems))
	}
	return c.err == nil
}
