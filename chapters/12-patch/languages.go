package patch

import (
	"maps"
	"mime"
	"net/http"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	rest "kubepath/chapters/04-rest"
)

// document is a patch as it came.
type document struct {
	call            *rest.Call
	patch           []byte
	fieldValidation string
}

// change makes the new object from the stored one. It runs again after a lost race. It may change old.
type change func(old runtime.Object) (runtime.Object, error)

// languages is the table of patch types: each reads a document, once, into a change.
var languages = map[types.PatchType]func(*document) (change, error){
	types.JSONPatchType:           jsonPatch,
	types.MergePatchType:          mergePatch,
	types.StrategicMergePatchType: strategicPatch,
}

// mediaTypes are the names of the languages. The route takes no others (415).
func mediaTypes() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(languages)) {
		names = append(names, string(name))
	}
	return names
}

// mediaType is the request's Content-Type without parameters.
func mediaType(r *http.Request) string {
	name, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return r.Header.Get("Content-Type")
	}
	return name
}
