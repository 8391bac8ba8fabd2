package rest

import (
	"net/http"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// Answer is what a request is answered with.
type Answer struct {
	Status  int // 0: 200
	Object  runtime.Object
	Version schema.GroupVersion // in which the object is written; empty: its own
}

// WriteObject answers in the form that the client accepts. If it accepts none, the answer is a 406, or the Status itself
// where the answer is one of a failure. Upstream: responsewriters.WriteObjectNegotiated.
func WriteObject(w http.ResponseWriter, r *http.Request, codecs *kinds.Codecs, a Answer) {
	form, err := accept(codecs, r, nothingElse)
	if err != nil {
		writeRaw(w, StatusOf(err))
		return
	}
	write(w, r, codecs, form, a)
}

// accept negotiates the form of the answer to r.
func accept(codecs *kinds.Codecs, r *http.Request, offered func(schema.GroupVersionKind) bool) (kinds.Form, error) {
	form, err := codecs.Accept(r.Header.Get("Accept"), offered)
	if err == nil && !form.Pretty {
		form.Pretty = kinds.WantsPretty(r.URL, r.UserAgent())
	}
	return form, err
}

// nothingElse offers every object as itself only.
func nothingElse(schema.GroupVersionKind) bool { return false }

// write encodes the answer to the client. The headers leave with the first byte that the codec writes, so an object that
// cannot be encoded is still a clean 500. Upstream: responsewriters.SerializeObject.
func write(w http.ResponseWriter, r *http.Request, codecs *kinds.Codecs, form kinds.Form, a Answer) {
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	_, list := a.Object.(*kinds.List)
	out := openAnswer(w, r, list)
	defer out.free()
	out.status, out.contentType = a.Status, form.ContentType()
	err := codecs.Encode(out, a.Object, a.Version, form)
	switch {
	case err == nil:
		out.close()
	case !out.sent:
		writeRaw(w, StatusOf(err))
	case out.failed == nil:
		// Half a list must not look like a whole one: cut the connection.
		panic(http.ErrAbortHandler)
	}
}
