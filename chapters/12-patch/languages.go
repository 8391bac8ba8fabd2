package patch

import (
	"mime"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	rest "kubepath/chapters/04-rest"
)

// document is a patch as it came. Its bytes are there until the update is done.
type document struct {
	call    *rest.Call
	patch   []byte
	options metav1.PatchOptions
}

// change makes the new object from the stored one, which it only reads, and keeps account of what it changes. It runs
// again after a lost race.
type change func(old runtime.Object) (runtime.Object, error)

// language is one row of the table of patch types.
type language struct {
	// read turns a document, once, into a change: when there is an object to change, so that what is wrong with a patch is
	// told after what is wrong with its target.
	read func(*document) (change, error)
	// creates: where no object exists, the patch is one.
	creates bool
}

var languages = map[types.PatchType]language{
	types.JSONPatchType:           {read: jsonPatch},
	types.MergePatchType:          {read: mergePatch},
	types.StrategicMergePatchType: {read: strategicPatch},
	types.ApplyYAMLPatchType:      {read: applyPatch, creates: true},
}

// mediaTypes are the names of the languages, in the order in which kube-apiserver names them. The route takes no others
// (415).
func mediaTypes() []string {
	return []string{
		string(types.JSONPatchType), string(types.MergePatchType), string(types.StrategicMergePatchType),
		string(types.ApplyYAMLPatchType),
	}
}

// mediaType is the request's Content-Type without parameters.
func mediaType(r *http.Request) string {
	name, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return r.Header.Get("Content-Type")
	}
	return name
}
