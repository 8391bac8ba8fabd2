package installer

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersionDiscovery is what discovery says about one group version.
type GroupVersionDiscovery struct {
	GroupVersion schema.GroupVersion
	Resources    []metav1.APIResource // sorted by name
	// Custom groups follow all others, sorted by name, and their versions stand in the order of their maturity; others
	// stand in the order in which they were added.
	Custom bool
}

// Discovery reads the table of resources for discovery.
func (g *APIGroupVersion) Discovery() GroupVersionDiscovery {
	v := GroupVersionDiscovery{GroupVersion: g.GroupVersion}
	for i := range g.Resources {
		if r := &g.Resources[i]; len(r.discoveredVerbs()) > 0 {
			v.Resources = append(v.Resources, r.discovered(g.GroupVersion))
		}
	}
	slices.SortFunc(v.Resources, func(a, b metav1.APIResource) int { return strings.Compare(a.Name, b.Name) })
	return v
}

// discovered is the resource's entry. It names the kind's group and version only where they are not those of the list.
func (r *Resource) discovered(in schema.GroupVersion) metav1.APIResource {
	entry := metav1.APIResource{Name: r.String(), Namespaced: r.Namespaced, Kind: r.Kind.Kind, Verbs: r.discoveredVerbs()}
	if r.Kind.GroupVersion() != in {
		entry.Group, entry.Version = r.Kind.Group, r.Kind.Version
	}
	if r.Subresource != "" {
		return entry
	}
	entry.SingularName, entry.ShortNames, entry.Categories = r.Singular, r.ShortNames, r.Categories
	if !r.StorageKind.Empty() {
		entry.StorageVersionHash = storageVersionHash(r.StorageKind)
	}
	return entry
}

func (r *Resource) discoveredVerbs() metav1.Verbs {
	var names []string
	for _, v := range r.Verbs {
		for _, method := range v.Methods {
			name := v.Name
			if v.Discovered != nil {
				name = v.Discovered(method)
			}
			if name != "" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// connectVerbs are the verbs that RBAC and discovery know the methods of a connection by.
var connectVerbs = map[string]string{
	http.MethodGet:    "get",
	http.MethodPost:   "create",
	http.MethodPut:    "update",
	http.MethodPatch:  "patch",
	http.MethodDelete: "delete",
}

// ConnectVerb is the Discovered of the verb connect; "" for methods that discovery does not mention.
func ConnectVerb(method string) string { return connectVerbs[method] }

// storageVersionHash tells clients when the version that objects are stored in changes, without telling the version.
// Upstream: discovery.StorageVersionHash.
func storageVersionHash(kind schema.GroupVersionKind) string {
	sum := sha256.Sum256([]byte(kind.Group + "/" + kind.Version + "/" + kind.Kind))
	return base64.StdEncoding.EncodeToString(sum[:8])
}

// resourceList is the document at the group version's root. That of the core group has no apiVersion, as in the days
// before there were groups.
func (v GroupVersionDiscovery) resourceList() runtime.Object {
	list := &metav1.APIResourceList{
		TypeMeta:     typeMeta("APIResourceList", v.GroupVersion.Group),
		GroupVersion: v.GroupVersion.String(),
		APIResources: v.Resources,
	}
	if list.APIResources == nil {
		list.APIResources = []metav1.APIResource{}
	}
	return list
}

func typeMeta(kind, group string) metav1.TypeMeta {
	if group == "" {
		return metav1.TypeMeta{Kind: kind}
	}
	return metav1.TypeMeta{Kind: kind, APIVersion: "v1"}
}
