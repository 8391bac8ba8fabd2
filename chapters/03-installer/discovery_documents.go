package installer

import (
	"bytes"
	"net/http"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// document is an immutable object. It is made for the first request, and encoded once in each media type.
type document struct {
	codecs *kinds.Codecs
	object func() runtime.Object
	bytes  sync.Map // formKey -> []byte
}

type formKey struct {
	mediaType string
	pretty    bool
}

// newDocument returns the document of an object, which is encoded with its own TypeMeta.
func newDocument(codecs *kinds.Codecs, object func() runtime.Object) *document {
	return &document{codecs: codecs, object: sync.OnceValue(object)}
}

// ServeHTTP writes the document in the media type that the client accepts.
func (d *document) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, err := d.codecs.NegotiateOutputMediaType(r.Header.Get("Accept"), nil)
	if err != nil {
		ErrorNegotiated(w, r, d.codecs, err)
		return
	}
	d.write(w, r, form)
}

func (d *document) write(w http.ResponseWriter, r *http.Request, form kinds.MediaTypeOptions) {
	body, err := d.encoded(form, r)
	if err != nil {
		ErrorNegotiated(w, r, d.codecs, err)
		return
	}
	w.Header().Set("Content-Type", contentType(form))
	w.Write(body) // an error means that the client has disconnected
}

// encoded returns the document's bytes in a media type. Concurrent first requests may encode it more than once.
func (d *document) encoded(form kinds.MediaTypeOptions, r *http.Request) ([]byte, error) {
	key := formKey{form.MediaType, pretty(form, r)}
	if body, ok := d.bytes.Load(key); ok {
		return body.([]byte), nil
	}
	body, err := encode(d.object(), form, r)
	if err == nil {
		d.bytes.Store(key, body)
	}
	return body, err
}

// encode encodes obj with its own TypeMeta, without the scheme: the core group's documents have no version.
func encode(obj runtime.Object, form kinds.MediaTypeOptions, r *http.Request) ([]byte, error) {
	to := form.Serializer
	if pretty(form, r) && form.SerializerInfo.PrettySerializer != nil {
		to = form.SerializerInfo.PrettySerializer
	}
	var body bytes.Buffer
	err := to.Encode(obj, &body)
	return body.Bytes(), err
}

func pretty(form kinds.MediaTypeOptions, r *http.Request) bool {
	return form.Pretty || kinds.IsPrettyPrint(r.URL, r.UserAgent())
}

// contentType returns the Content-Type, with the kind if the client requested another one.
func contentType(form kinds.MediaTypeOptions) string {
	if form.Convert == (schema.GroupVersionKind{}) {
		return form.ContentType()
	}
	return form.MediaType + ";g=" + form.Convert.Group + ";v=" + form.Convert.Version + ";as=" + form.Convert.Kind
}

// makeDocuments returns the documents for the current versions. Each is made for its first request.
func (d *Discovery) makeDocuments() map[string]http.Handler {
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

// apiVersions returns the document at /api. Like all documents of the core group it has no apiVersion.
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

// apiGroupList returns the document at /apis.
func apiGroupList(named []*group) runtime.Object {
	doc := &metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: []metav1.APIGroup{}}
	for _, g := range named {
		doc.Groups = append(doc.Groups, *g.apiGroup(metav1.TypeMeta{}))
	}
	return doc
}

// apiGroup returns the document at /apis/GROUP, or, with an empty TypeMeta, an entry of /apis.
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
