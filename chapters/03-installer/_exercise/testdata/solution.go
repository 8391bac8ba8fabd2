package exercise

import (
	installer "kubepath/chapters/03-installer"
)

// Paths lists the paths at which a verb of a resource is served, without a leading slash. Most verbs have one. Where
// there are two, the one with the namespace, or the shorter one, comes first.
func Paths(r installer.Resource, v installer.Verb) ([]string, error) {
	prefix := ""
	if v.Prefix != "" {
		prefix = v.Prefix + "/"
	}
	path := prefix + target(r, v.On)
	all := []string{path}
	if v.On == installer.ItemPath {
		all = append(all, path+"/{path:*}")
	}
	if v.AllNamespaces && r.Namespaced && r.Subresource == "" {
		all = append(all, prefix+r.Name)
	}
	return all, nil
}

// target is the path without its prefix. A subresource belongs to one object, so that its name stands there whatever
// the verb is on.
func target(r installer.Resource, on installer.Target) string {
	path := r.Name
	if r.Namespaced {
		path = "namespaces/{namespace}/" + path
	}
	switch {
	case r.Subresource != "":
		return path + "/{name}/" + r.Subresource
	case on == installer.Collection:
		return path
	default:
		return path + "/{name}"
	}
}
