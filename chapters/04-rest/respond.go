package rest

import (
	"net/http"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// Response is what a request is answered with.
type Response struct {
	Status  int // 0: 200
	Object  runtime.Object
	Version schema.GroupVersion // in which the object is written; empty: its own

	form kinds.MediaTypeOptions
}

// WriteObjectNegotiated answers in the form that the client accepts, or with a 406 if it accepts none.
// Upstream: responsewriters.WriteObjectNegotiated.
func WriteObjectNegotiated(w http.ResponseWriter, r *http.Request, codecs *kinds.Codecs, a Response) {
	form, err := codecs.NegotiateOutputMediaType(r.Header.Get("Accept"), nil)
	if err != nil {
		ErrorNegotiated(w, r, codecs, err)
		return
	}
	a.form = pretty(form, r)
	write(w, r, codecs, a)
}

// pretty sets what the query or the user agent, and not the Accept header, say about the layout.
func pretty(form kinds.MediaTypeOptions, r *http.Request) kinds.MediaTypeOptions {
	form.Pretty = form.Pretty || kinds.IsPrettyPrint(r.URL, r.UserAgent())
	return form
}

// write encodes the answer to the client. The headers leave with the first byte that the codec writes, so an object that
// cannot be encoded is still a clean 500. Upstream: responsewriters.SerializeObject.
func write(w http.ResponseWriter, r *http.Request, codecs *kinds.Codecs, a Response) {
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	_, list := a.Object.(*kinds.List)
	out := openAnswer(w, r, list)
	defer out.free()
	out.status, out.contentType = a.Status, a.form.ContentType()
	err := codecs.Encode(out, a.Object, a.Version, a.form)
	switch {
	case err == nil:
		out.close()
	case !out.sent:
		ErrorNegotiated(w, r, codecs, err)
	case out.failed == nil:
		// Half a list must not look like a whole one: cut the connection.
		panic(http.ErrAbortHandler)
	}
}
