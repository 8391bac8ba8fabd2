package installer

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/emicklei/go-restful/v3"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resource is one resource or subresource of a group version with the verbs that it offers: the installer's input.
type Resource struct {
	Name        string                  // pods
	Subresource string                  // status; empty for the resource itself
	Kind        schema.GroupVersionKind // of its objects; a subresource may have another group and version (autoscaling/v1 Scale)
	Namespaced  bool
	Singular    string
	ShortNames  []string
	Categories  []string
	Verbs       []VerbHandler

	// StorageKind is the kind in which objects are stored; storageVersionHash in discovery is its hash. Empty for
	// subresources and for resources that are not stored.
	StorageKind schema.GroupVersionKind
}

// Param documents one parameter of a verb.
type Param struct {
	Name, In, Type, Doc string // In: path, query, body
	Required            bool
}

// Action is one row of the table of routes: a verb on a path. Verbs with the same method and path have an Action each
// and share one route, whose operation id is that of the verb without a When. Upstream: endpoints.action.
type Action struct {
	VerbHandler
	Resource   *Resource
	Method     string
	Path       string // below the group version's root: namespaces/{namespace}/pods/{name}
	Namespaced bool   // the path has a namespace
	Operation  string // the operation id of the route: readCoreV1NamespacedPod
	// AddedBy is the function that connects Path and Handler; maps and demos show its source line.
	AddedBy any
}

// actions expands the verbs of every resource: one Action for each path and method, in the order of the rows.
func (g *APIGroupVersion) actions() []Action {
	var all []Action
	for i := range g.Resources {
		r := &g.Resources[i]
		kind := g.parentKind(r)
		for _, v := range r.Verbs {
			for _, p := range r.actionPaths(&v.Verb) {
				for _, method := range v.Methods {
					a := Action{VerbHandler: v, Resource: r, Method: method, Path: p.template, Namespaced: p.namespaced, AddedBy: (*APIGroupVersion).addRoute}
					a.Operation = a.operation(g.GroupVersion, kind, p.suffix)
					all = append(all, a)
				}
			}
		}
	}
	return all
}

// parentKind returns the kind for operation ids: also for a subresource, it is the kind of the resource
// (replaceAppsV1NamespacedDeploymentScale).
func (g *APIGroupVersion) parentKind(r *Resource) string {
	for i := range g.Resources {
		if parent := &g.Resources[i]; parent.Name == r.Name && parent.Subresource == "" {
			return parent.Kind.Kind
		}
	}
	return r.Kind.Kind
}

// actionPath is a path at which a verb is served, below the group version's root.
type actionPath struct {
	template   string // namespaces/{namespace}/pods/{name}
	namespaced bool
	suffix     string // of the operation's id
}

// actionPaths returns the paths of a verb. Most verbs have one; those with AllNamespaces or On ItemPath have two.
func (r *Resource) actionPaths(v *Verb) []actionPath {
	prefix := ""
	if v.Prefix != "" {
		prefix = v.Prefix + "/"
	}
	all := []actionPath{{template: prefix + r.target(v.On), namespaced: r.Namespaced}}
	if v.On == ItemPath {
		all = append(all, actionPath{template: all[0].template + "/{path:*}", namespaced: r.Namespaced, suffix: "WithPath"})
	}
	if v.AllNamespaces && r.Namespaced && r.Subresource == "" {
		all = append(all, actionPath{template: prefix + r.Name, suffix: "ForAllNamespaces"})
	}
	return all
}

// target returns the path of a Target. A subresource belongs to one object, so the paths of all its verbs have that
// object's name, create included (pods/{name}/binding).
func (r *Resource) target(on Target) string {
	collection := r.Name
	if r.Namespaced {
		collection = "namespaces/{namespace}/" + r.Name
	}
	switch {
	case r.Subresource != "":
		return collection + "/{name}/" + r.Subresource
	case on == Collection:
		return collection
	default:
		return collection + "/{name}"
	}
}

// operation returns the operation id of an action: readCoreV1NamespacedPod, listCoreV1PodForAllNamespaces,
// connectCoreV1GetNamespacedPodExec. Upstream: endpoints/openapi.GetOperationIDAndTags over the installer's names.
func (a *Action) operation(gv schema.GroupVersion, kind, suffix string) string {
	pattern := a.OperationID
	if pattern == "" {
		pattern = a.Name + "{version}{object}"
	}
	object := kind + title(a.Resource.Subresource)
	if a.Namespaced {
		object = "Namespaced" + object
	}
	if a.When != nil { // used only if every action of the route has a When
		suffix += "WhenAsked"
	}
	method := title(strings.ToLower(a.Method))
	return strings.NewReplacer("{version}", identifier(gv), "{method}", method, "{object}", object).Replace(pattern) + suffix
}

// identifier returns a group version as in operation ids: CoreV1, RbacAuthorizationV1.
func identifier(gv schema.GroupVersion) string {
	group := gv.Group
	if group == "" {
		group = "core"
	}
	return camel(strings.TrimSuffix(group, ".k8s.io")) + camel(gv.Version)
}

// camel converts s to CamelCase: it removes all but letters and digits.
func camel(s string) string {
	var out strings.Builder
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		out.WriteString(title(word))
	}
	return out.String()
}

func title(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// check returns all errors of a table before anything is installed. go-restful would exit the process on some of these
// errors, and silently prefer one route on others.
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

// check refuses names that are not one path segment, verbs without a method, and verbs that a RequestInfo would report
// as another verb, because filters depend on the RequestInfo.
func (r *Resource) check() error {
	if r.Name == "" || strings.ContainsAny(r.Name+r.Subresource, "/{}*:") {
		return fmt.Errorf("resource %q, subresource %q: a name is one segment of a path", r.Name, r.Subresource)
	}
	for _, v := range r.Verbs {
		if len(v.Methods) == 0 {
			return fmt.Errorf("resource %q: the verb %s has no method", r.Name, v.Name)
		}
		for _, method := range v.Methods {
			if meant := plainVerb(method, v.On != Collection); v.When == nil && v.Prefix == "" && v.Discovered == nil && meant != "" && meant != v.Name {
				return fmt.Errorf("resource %q: %s means %s: give the verb %s a method of its own, a Prefix or a When", r.Name, method, meant, v.Name)
			}
		}
	}
	return nil
}

// check refuses a route with two actions without a When: both would match every request.
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

// String returns the resource as a path: pods/status.
func (r *Resource) String() string {
	if r.Subresource == "" {
		return r.Name
	}
	return r.Name + "/" + r.Subresource
}

// String returns the action in one line: list pods: GET namespaces/{namespace}/pods.
func (a *Action) String() string {
	return fmt.Sprintf("%s %s: %s %s", a.Name, a.Resource, a.Method, a.Path)
}
