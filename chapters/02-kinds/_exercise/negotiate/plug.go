package exercise

import (
	"mime"
	"net/http"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/internal/tools/exercise"
)

// Plug has Negotiate decide before the API does: the API is then asked for exactly what was chosen, or not at all.
func Plug() exercise.Plug {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	return exercise.Plug{Filter: func(api http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/api/v1/") && !strings.HasPrefix(r.URL.Path, "/apis/") {
				api.ServeHTTP(w, r)
				return
			}
			header := r.Header.Get("Accept")
			form, err := Negotiate(header, offers, canBeHad)
			if err != nil {
				rest.WriteError(w, r, codecs, err)
				return
			}
			if header != "" {
				r = r.Clone(r.Context())
				r.Header.Set("Accept", mime.FormatMediaType(form.MediaType, form.Params))
			}
			api.ServeHTTP(w, r)
		})
	}}
}

// offers are the media types of chapter 2's table.
var offers = []string{runtime.ContentTypeJSON, runtime.ContentTypeYAML, runtime.ContentTypeProtobuf}

// canBeHad knows the parameters that this server understands: other kinds (as, v, g) and streams.
func canBeHad(f Form) bool {
	if stream := f.Params["stream"]; stream != "" && (stream != "watch" || f.MediaType == runtime.ContentTypeYAML) {
		return false
	}
	as := schema.GroupVersionKind{Group: f.Params["g"], Version: f.Params["v"], Kind: f.Params["as"]}
	switch {
	case as.Empty():
		return true
	case as.Kind == "Table" && f.MediaType == runtime.ContentTypeProtobuf:
		return false // its cells are of any type, which protobuf cannot write
	case as.Kind == "APIGroupDiscoveryList":
		return as.Version == "v2"
	}
	return rest.Offered(as)
}
