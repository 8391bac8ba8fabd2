package kinds

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resource is the name under which a kind is served. One row of the RESTMapper's table.
type Resource struct {
	Kind       schema.GroupVersionKind // apps/v1 Deployment
	Name       string                  // deployments
	Singular   string                  // deployment
	ShortNames []string                // deploy
	Categories []string                // all
	Namespaced bool
}

// GVR is the resource's full name.
func (r Resource) GVR() schema.GroupVersionResource {
	return r.Kind.GroupVersion().WithResource(r.Name)
}
