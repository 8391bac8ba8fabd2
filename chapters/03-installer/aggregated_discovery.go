package installer

import (
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	apidiscovery "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

var aggregatedKind = apidiscovery.SchemeGroupVersion.WithKind("APIGroupDiscoveryList")

func isAggregated(_ *kinds.SerializerInfo, as schema.GroupVersionKind) bool {
	return as == aggregatedKind
}

// rootDocument is /api or /apis: a short list of names for old clients, and the aggregated document, with an ETag, for
// clients that request it with as=. A client then needs one request per root instead of one per group version.
// Upstream: discovery/aggregated.WrappedHandler.
type rootDocument struct {
	*document
	aggregated *document
	tag        func() string
}

func (d *Discovery) root(names func() runtime.Object, groups []*group) *rootDocument {
	root := &rootDocument{
		document:   newDocument(d.Codecs, names),
		aggregated: newDocument(d.Codecs, func() runtime.Object { return aggregate(groups) }),
	}
	root.tag = sync.OnceValue(func() string { return etag(root.aggregated.object()) })
	return root
}

// ServeHTTP writes the aggregated document to a client that accepts it, or 304 if the client has it already. Other
// clients get the short document.
func (d *rootDocument) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, err := d.codecs.NegotiateOutputMediaType(r.Header.Get("Accept"), isAggregated)
	if err != nil || form.Convert != aggregatedKind {
		d.document.ServeHTTP(w, r)
		return
	}
	h := w.Header()
	h.Set("ETag", d.tag())
	h.Set("Vary", "Accept")
	h.Set("Cache-Control", "public")
	if r.Header.Get("If-None-Match") == d.tag() {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	d.aggregated.write(w, r, form)
}

// etag returns the quoted hash of an object's JSON. It is the same for all media types.
func etag(obj runtime.Object) string {
	text, err := json.Marshal(obj)
	if err != nil {
		panic(err) // a plain struct of strings
	}
	return fmt.Sprintf(`"%X"`, sha512.Sum512(text))
}

// aggregate makes the aggregated document of all groups. Upstream: endpoints.ConvertGroupVersionIntoToDiscovery.
func aggregate(groups []*group) *apidiscovery.APIGroupDiscoveryList {
	list := &apidiscovery.APIGroupDiscoveryList{Items: []apidiscovery.APIGroupDiscovery{}}
	list.SetGroupVersionKind(aggregatedKind)
	for _, g := range groups {
		entry := apidiscovery.APIGroupDiscovery{ObjectMeta: metav1.ObjectMeta{Name: g.name}}
		for _, v := range g.versions {
			entry.Versions = append(entry.Versions, apidiscovery.APIVersionDiscovery{
				Version:   v.GroupVersion.Version,
				Freshness: apidiscovery.DiscoveryFreshnessCurrent,
				Resources: nestSubresources(v.Resources),
			})
		}
		list.Items = append(list.Items, entry)
	}
	return list
}

// nestSubresources moves subresources into the entries of their resources. It adds an entry without verbs for a
// subresource whose resource is missing.
func nestSubresources(flat []metav1.APIResource) []apidiscovery.APIResourceDiscovery {
	var all []apidiscovery.APIResourceDiscovery
	at := map[string]int{}
	for i := range flat {
		r := &flat[i]
		name, subresource, isSub := strings.Cut(r.Name, "/")
		if !isSub {
			at[name] = len(all)
			all = append(all, aggregatedResource(r))
			continue
		}
		if _, ok := at[name]; !ok {
			at[name] = len(all)
			all = append(all, apidiscovery.APIResourceDiscovery{Resource: name, Scope: scope(r), ResponseKind: &metav1.GroupVersionKind{}})
		}
		parent := &all[at[name]]
		parent.Subresources = append(parent.Subresources, apidiscovery.APISubresourceDiscovery{
			Subresource: subresource, ResponseKind: responseKind(r), Verbs: r.Verbs,
		})
	}
	return all
}

func aggregatedResource(r *metav1.APIResource) apidiscovery.APIResourceDiscovery {
	return apidiscovery.APIResourceDiscovery{
		Resource:         r.Name,
		ResponseKind:     responseKind(r),
		Scope:            scope(r),
		SingularResource: r.SingularName,
		Verbs:            r.Verbs,
		ShortNames:       r.ShortNames,
		Categories:       r.Categories,
	}
}

func responseKind(r *metav1.APIResource) *metav1.GroupVersionKind {
	return &metav1.GroupVersionKind{Group: r.Group, Version: r.Version, Kind: r.Kind}
}

func scope(r *metav1.APIResource) apidiscovery.ResourceScope {
	if r.Namespaced {
		return apidiscovery.ScopeNamespace
	}
	return apidiscovery.ScopeCluster
}
