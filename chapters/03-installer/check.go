package installer

import (
	"errors"
	"fmt"
	"strings"

	"github.com/emicklei/go-restful/v3"
)

// check says all that is wrong with a table before anything is installed. go-restful would end the process at some of
// these mistakes, and at others quietly prefer one route.
func (g *APIGroupVersion) check(container *restful.Container, actions []Action, routes []*route) error {
	var errs []error
	for _, ws := range container.RegisteredWebServices() {
		if ws.RootPath() == g.path() {
			errs = append(errs, fmt.Errorf("%s is installed already", g.path()))
		}
	}
	for i := range g.Resources {
		errs = append(errs, g.Resources[i].check())
	}
	for i := range actions {
		if a := &actions[i]; a.Handler == nil {
			errs = append(errs, fmt.Errorf("%s has no handler", a))
		}
	}
	operations := map[string]*route{}
	for _, r := range routes {
		errs = append(errs, r.check())
		if other, taken := operations[r.operation()]; taken {
			errs = append(errs, fmt.Errorf("%s and %s are both the operation %s", other.actions[0], r.actions[0], r.operation()))
		}
		operations[r.operation()] = r
	}
	return errors.Join(errs...)
}

// check refuses names that would be read as something else in a path, and verbs without a method.
func (r *Resource) check() error {
	if r.Name == "" || strings.ContainsAny(r.Name+r.Subresource, "/{}*:") {
		return fmt.Errorf("resource %q, subresource %q: a name is one segment of a path", r.Name, r.Subresource)
	}
	for _, v := range r.Verbs {
		if len(v.Methods) == 0 {
			return fmt.Errorf("resource %q: the verb %s has no method", r.Name, v.Name)
		}
	}
	return nil
}

// check refuses two actions that would both take any request of the route.
func (r *route) check() error {
	var always []string
	for _, a := range r.actions {
		if a.When == nil {
			always = append(always, fmt.Sprintf("%s of %s", a.Name, a.Resource))
		}
	}
	if len(always) < 2 {
		return nil
	}
	return fmt.Errorf("%s %s belongs to %s: at most one may go without When", r.method, r.path, strings.Join(always, " and to "))
}

// String is the resource as a path: pods/status.
func (r *Resource) String() string {
	if r.Subresource == "" {
		return r.Name
	}
	return r.Name + "/" + r.Subresource
}

// String is the action in a line: list pods: GET namespaces/{namespace}/pods.
func (a *Action) String() string {
	return fmt.Sprintf("%s %s: %s %s", a.Name, a.Resource, a.Method, a.Path)
}
