package installer

import (
	"bytes"
	"net/http"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// document is an object that never changes: made when it is first asked for, and encoded once in each form.
type document struct {
	codecs *kinds.Codecs
	object func() runtime.Object
	bytes  sync.Map // formKey -> []byte
}

type formKey struct {
	mediaType string
	pretty    bool
}

// newDocument returns the document of an object whose TypeMeta is complete: it is written as it is.
func newDocument(codecs *kinds.Codecs, object func() runtime.Object) *document {
	return &document{codecs: codecs, object: sync.OnceValue(object)}
}

// ServeHTTP writes the document in the form that the client accepts.
func (d *document) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, err := d.codecs.NegotiateOutputMediaType(r.Header.Get("Accept"), nil)
	if err != nil {
		ErrorNegotiated(w, r, d.codecs, err)
		return
	}
	d.write(w, r, form)
}

func (d *document) write(w http.ResponseWriter, r *http.Request, form kinds.MediaTypeOptions) {
	body, err := d.in(form, r)
	if err != nil {
		ErrorNegotiated(w, r, d.codecs, err)
		return
	}
	w.Header().Set("Content-Type", contentType(form))
	w.Write(body) // an error here is a client that went away
}

// in returns the document's bytes in a form. Two requests that meet both encode it.
func (d *document) in(form kinds.MediaTypeOptions, r *http.Request) ([]byte, error) {
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

// encode writes obj as its TypeMeta says, whatever the scheme knows: the core group's documents have no version.
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

// contentType names the form, and the kind where the client asked for another one.
func contentType(form kinds.MediaTypeOptions) string {
	if form.Convert == (schema.GroupVersionKind{}) {
		return form.ContentType()
	}
	return form.MediaType + ";g=" + form.Convert.Group + ";v=" + form.Convert.Version + ";as=" + form.Convert.Kind
}
