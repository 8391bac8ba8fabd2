package installer

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resource is one resource or subresource of a group version with the verbs that it offers: the installer's input.
type Resource struct {
	Name        string                  // pods
	Subresource string                  // status; empty for the resource itself
	Kind        schema.GroupVersionKind // what it serves; a subresource may have another group and version (autoscaling/v1 Scale)
	Namespaced  bool
	Singular    string
	ShortNames  []string
	Categories  []string
	Verbs       []VerbHandler

	// StorageKind is the kind as which objects are stored; its hash is the discovery's storageVersionHash. Empty for
	// subresources and for what is not stored.
	StorageKind schema.GroupVersionKind
}

// Param documents one parameter of a verb.
type Param struct {
	Name, In, Type, Doc string // In: path, query, body
	Required            bool
}

// Action is one row of the table that becomes routes: a verb on a path. Verbs that share method and path are one
// Action each and one route together, under the operation id of the one that has no When. Upstream: endpoints.action.
type Action struct {
	VerbHandler
	Resource   *Resource
	Method     string
	Path       string // below the group version's root: namespaces/{namespace}/pods/{name}
	Namespaced bool   // the path has a namespace
	Operation  string // id of the route: readCoreV1NamespacedPod
	// AddedBy is the function that joins Path and Handler, for those who show where they met.
	AddedBy any
}
