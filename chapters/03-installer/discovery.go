package installer

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/emicklei/go-restful/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	kinds "kubepath/chapters/02-kinds"
)

// Discovery serves the discovery documents: /api, /apis, /apis/GROUP and the root of each group version. Versions can
// be added and removed while it serves. A document is made for the first request after a change, and cached with its
// encoded bytes until the next change. Upstream: discovery.rootAPIsHandler and
// discovery/aggregated.ResourceManager.
type Discovery struct {
	Codecs *kinds.Codecs
	// Address is the host and port at which clients reach the server, for /api. Empty: /api contains no address.
	Address string

	mu        sync.RWMutex
	versions  []GroupVersionDiscovery
	documents map[string]http.Handler // by path; nil: out of date
}

var _ http.Handler = (*Discovery)(nil)

// AddGroupVersion adds or replaces a version. The first version of a group is the preferred one, and groups are in the
// order of their first versions; GroupVersionDiscovery.Custom is the exception.
func (d *Discovery) AddGroupVersion(v GroupVersionDiscovery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.documents = nil
	if i := d.index(v.GroupVersion); i >= 0 {
		d.versions[i] = v
		return
	}
	d.versions = append(d.versions, v)
}

// RemoveGroupVersion removes a version, and the group with its last version. It ignores an unknown version.
func (d *Discovery) RemoveGroupVersion(gv schema.GroupVersion) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.documents = nil
	if i := d.index(gv); i >= 0 {
		d.versions = slices.Delete(slices.Clone(d.versions), i, i+1)
	}
}

func (d *Discovery) index(gv schema.GroupVersion) int {
	return slices.IndexFunc(d.versions, func(v GroupVersionDiscovery) bool { return v.GroupVersion == gv })
}

// Serves reports whether there is a document at a path.
func (d *Discovery) Serves(path string) bool { return d.documentAt(path) != nil }

// ServesGroups reports whether path is the list of groups or a served group: /apis, /apis/GROUP.
func (d *Discovery) ServesGroups(path string) bool {
	path = strings.TrimRight(path, "/")
	return (path == "/apis" || strings.HasPrefix(path, "/apis/") && strings.Count(path, "/") == 2) && d.Serves(path)
}

// ServeHTTP serves a document with the same errors as a route: 404 for an unknown path, 405 for any method but GET. The
// documents of groups allow every method: upstream's aggregator, which has no routes, serves them.
func (d *Discovery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	document := d.documentAt(r.URL.Path)
	if document == nil {
		writeStatus(w, r, d.Codecs, http.StatusNotFound, "")
		return
	}
	if d.ServesGroups(r.URL.Path) {
		document.ServeHTTP(w, r)
		return
	}
	types := mediaTypes(d.Codecs)
	route := &restful.Route{Method: http.MethodGet, Produces: types, Consumes: types}
	if _, err := selectRoute([]*restful.Route{route}, r); err != nil {
		ServiceErrorHandler(d.Codecs)(err.(restful.ServiceError), restful.NewRequest(r), restful.NewResponse(w))
		return
	}
	document.ServeHTTP(w, r)
}

// WebService returns a WebService whose only route is the document at path (/api, /apis, /apis/GROUP), for the
// container of the APIs that the document describes.
func (d *Discovery) WebService(path string) *restful.WebService {
	ws := new(restful.WebService)
	what, operation, sample := "get available API versions", "getAPIVersions", any(metav1.APIGroupList{})
	switch group := strings.TrimPrefix(path, "/apis/"); {
	case path == "/api":
		operation, sample = "getCoreAPIVersions", metav1.APIVersions{}
	case group != path:
		what, operation = "get information of a group", "get"+camel(strings.TrimSuffix(group, ".k8s.io"))+"APIGroup"
		sample = metav1.APIGroup{}
	}
	ws.Path(path).Doc(what).Consumes(mediaTypes(d.Codecs)...).Produces(mediaTypes(d.Codecs)...)
	ws.Route(ws.GET("/").To(routeFunction(d)).Doc(what).Operation(operation).Writes(sample))
	return ws
}

// documentAt returns the document of a path, and makes the documents if they are out of date.
func (d *Discovery) documentAt(path string) http.Handler {
	path = strings.TrimRight(path, "/")
	d.mu.RLock()
	documents := d.documents
	d.mu.RUnlock()
	if documents != nil {
		return documents[path]
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.documents == nil {
		d.documents = d.makeDocuments()
	}
	return d.documents[path]
}

// group is a group with its versions, the preferred one first.
type group struct {
	name     string
	custom   bool
	versions []GroupVersionDiscovery
}

// groups returns the groups of the versions.
func groups(versions []GroupVersionDiscovery) []*group {
	var all []*group
	for _, v := range versions {
		i := slices.IndexFunc(all, func(g *group) bool { return g.name == v.GroupVersion.Group })
		if i < 0 {
			i = len(all)
			all = append(all, &group{name: v.GroupVersion.Group, custom: v.Custom})
		}
		all[i].versions = append(all[i].versions, v)
	}
	slices.SortStableFunc(all, order)
	for _, g := range all {
		if g.custom {
			slices.SortStableFunc(g.versions, func(a, b GroupVersionDiscovery) int {
				return version.CompareKubeAwareVersionStrings(b.GroupVersion.Version, a.GroupVersion.Version)
			})
		}
	}
	return all
}

// order sorts custom groups last, by name.
func order(a, b *group) int {
	switch {
	case a.custom && b.custom:
		return strings.Compare(a.name, b.name)
	case a.custom:
		return 1
	case b.custom:
		return -1
	default:
		return 0
	}
}

// GroupVersionDiscovery is the content of discovery for one group version.
type GroupVersionDiscovery struct {
	GroupVersion schema.GroupVersion
	Resources    []metav1.APIResource // sorted by name
	// Custom groups follow all others, sorted by name, and their versions are sorted by stability (v1, v1beta1,
	// v1alpha1). Other groups and versions are in the order in which they were added.
	Custom bool
}

// Discovery makes the content of discovery from the resources.
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

// discovered returns the resource's entry. It has the kind's group and version only if they differ from the list's.
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

// connectVerbs are the verbs of connect requests in RBAC and discovery, by method.
var connectVerbs = map[string]string{
	http.MethodGet:    "get",
	http.MethodPost:   "create",
	http.MethodPut:    "update",
	http.MethodPatch:  "patch",
	http.MethodDelete: "delete",
}

// ConnectVerb is the Discovered function of the verb connect; "" for methods that are not in discovery.
func ConnectVerb(method string) string { return connectVerbs[method] }

// storageVersionHash is a hash of the stored version. Clients compare it to notice that the stored version has changed.
// Upstream: discovery.StorageVersionHash.
func storageVersionHash(kind schema.GroupVersionKind) string {
	sum := sha256.Sum256([]byte(kind.Group + "/" + kind.Version + "/" + kind.Kind))
	return base64.StdEncoding.EncodeToString(sum[:8])
}

// resourceList returns the document at the group version's root. The core group's has no apiVersion: it is older than
// API groups.
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
