package installer

// actions expands the verbs of every resource: one Action for each path and method, in the order of the rows.
func (g *APIGroupVersion) actions() []Action {
	var all []Action
	for i := range g.Resources {
		r := &g.Resources[i]
		kind := g.parentKind(r)
		for _, v := range r.Verbs {
			for _, p := range r.places(&v.Verb) {
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

// parentKind is the kind that operation ids name: that of the resource itself, for a subresource too
// (replaceAppsV1NamespacedDeploymentScale).
func (g *APIGroupVersion) parentKind(r *Resource) string {
	for i := range g.Resources {
		if parent := &g.Resources[i]; parent.Name == r.Name && parent.Subresource == "" {
			return parent.Kind.Kind
		}
	}
	return r.Kind.Kind
}
