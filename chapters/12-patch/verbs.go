package patch

import (
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// Verbs are the rows that this chapter adds to the table of verbs. Upstream: the action PATCH.
func Verbs() []rest.Verb {
	return []rest.Verb{{
		Verb: installer.Verb{Name: "patch", Methods: []string{http.MethodPatch}, On: installer.Item, Accepts: mediaTypes(),
			Doc: "partially update {sub}the specified {kind}", Codes: []int{200, 201}},
		Supported: rest.Has[rest.Patcher], Handle: handle, Options: metav1.PatchOptions{},
		Reads: func(rest.Storage) any { return &metav1.Patch{} },
	}}
}

// handle answers PATCH .../pods/{name}. Upstream: handlers.PatchResource.
func handle(e *rest.RequestScope) http.Handler {
	storage, _ := rest.As[rest.Updater](e.Storage)
	return e.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		name, err := c.Name()
		if err != nil {
			return 0, nil, err
		}
		body, err := c.ReadBody()
		if err != nil {
			return 0, nil, err
		}
		defer body.Free()
		update, err := read(c, name, body.Bytes)
		if err != nil {
			return 0, nil, err
		}
		return c.AdmitAndUpdate(storage, name, update)
	})
}

// read makes of the body an update that patches the object called name. The body is needed until the update is done.
func read(c *rest.Call, name string, body []byte) (*rest.Update, error) {
	kind := types.PatchType(mediaType(c.Request))
	language := languages[kind]
	options, err := c.PatchOptions(kind)
	if err != nil {
		return nil, err
	}
	p := &patching{document: document{call: c, patch: body, options: options}, language: language, name: name}
	return &rest.Update{Mutate: p.mutate, AllowCreate: language.creates, Options: metav1.UpdateOptions{
		DryRun: options.DryRun, FieldManager: options.FieldManager, FieldValidation: options.FieldValidation,
	}}, nil
}
