package installer

import (
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// make lists the documents for the versions that there are now. Each is built when it is asked for.
func (d *Discovery) make() map[string]http.Handler {
	all := groups(d.versions)
	var core, named []*group
	documents := map[string]http.Handler{}
	add := func(path string, object func() runtime.Object) {
		documents[path] = newDocument(d.Codecs, object)
	}
	for _, g := range all {
		root := "/api"
		if g.name == "" {
			core = append(core, g)
		} else {
			root = "/apis/" + g.name
			named = append(named, g)
			add(root, func() runtime.Object { return g.apiGroup(typeMeta("APIGroup", g.name)) })
		}
		for _, v := range g.versions {
			add(root+"/"+v.GroupVersion.Version, v.resourceList)
		}
	}
	documents["/api"] = d.root(func() runtime.Object { return d.apiVersions(core) }, core)
	documents["/apis"] = d.root(func() runtime.Object { return apiGroupList(named) }, named)
	return documents
}

// apiVersions is the document at /api. Like all of the core group's it has no apiVersion.
func (d *Discovery) apiVersions(core []*group) runtime.Object {
	doc := &metav1.APIVersions{TypeMeta: typeMeta("APIVersions", ""), Versions: []string{}}
	for _, g := range core {
		for _, v := range g.versions {
			doc.Versions = append(doc.Versions, v.GroupVersion.Version)
		}
	}
	doc.ServerAddressByClientCIDRs = []metav1.ServerAddressByClientCIDR{}
	if d.Address != "" {
		anyone := metav1.ServerAddressByClientCIDR{ClientCIDR: "0.0.0.0/0", ServerAddress: d.Address}
		doc.ServerAddressByClientCIDRs = append(doc.ServerAddressByClientCIDRs, anyone)
	}
	return doc
}

// apiGroupList is the document at /apis.
func apiGroupList(named []*group) runtime.Object {
	doc := &metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: []metav1.APIGroup{}}
	for _, g := range named {
		doc.Groups = append(doc.Groups, *g.apiGroup(metav1.TypeMeta{}))
	}
	return doc
}

// apiGroup is the document at /apis/GROUP, and without a type an entry of /apis.
func (g *group) apiGroup(meta metav1.TypeMeta) *metav1.APIGroup {
	doc := &metav1.APIGroup{TypeMeta: meta, Name: g.name}
	for _, v := range g.versions {
		doc.Versions = append(doc.Versions, metav1.GroupVersionForDiscovery{
			GroupVersion: v.GroupVersion.String(), Version: v.GroupVersion.Version,
		})
	}
	doc.PreferredVersion = doc.Versions[0]
	return doc
}
