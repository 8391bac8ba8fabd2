package installer

// place is a path at which a verb is served, below the group version's root.
type place struct {
	template   string // namespaces/{namespace}/pods/{name}
	namespaced bool
	suffix     string // of the operation's id
}

// places lists the places of a verb. Most verbs have one; those with AllNamespaces and On ItemPath have two.
func (r *Resource) places(v *Verb) []place {
	prefix := ""
	if v.Prefix != "" {
		prefix = v.Prefix + "/"
	}
	all := []place{{template: prefix + r.target(v.On), namespaced: r.Namespaced}}
	if v.On == ItemPath {
		all = append(all, place{template: all[0].template + "/{path:*}", namespaced: r.Namespaced, suffix: "WithPath"})
	}
	if v.AllNamespaces && r.Namespaced && r.Subresource == "" {
		all = append(all, place{template: prefix + r.Name, suffix: "ForAllNamespaces"})
	}
	return all
}

// target is the path that a Target stands for. A subresource belongs to one object, so all its verbs have that
// object's name in their path, create too (pods/{name}/binding).
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
