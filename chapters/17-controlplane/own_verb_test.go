package controlplane_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
	controlplane "kubepath/chapters/17-controlplane"
)

// A verb of one's own is a row: every resource that has the capability of the row has the verb.

// touch sets an annotation to the current time: TOUCH .../configmaps/a.
var touch = rest.Verb{
	Verb: installer.Verb{
		Name: "touch", Methods: []string{"TOUCH"}, On: installer.Item,
		Doc: "touch {sub}the specified {kind}", OperationID: "touch{version}{object}",
	},
	Supported: rest.Has[rest.Updater],
	Handle:    touchResource,
}

// touchResource is the handler. The update is done again after a lost race, admission plugins see it, and dryRun,
// fieldManager and fieldValidation of the query act as on a PUT.
func touchResource(scope *rest.RequestScope) http.Handler {
	storage, _ := rest.As[rest.Updater](scope.Storage)
	return scope.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		name, err := c.Name()
		if err != nil {
			return 0, nil, err
		}
		options, err := c.UpdateOptions()
		if err != nil {
			return 0, nil, err
		}
		return c.AdmitAndUpdate(storage, name, &rest.Update{Options: options, Mutate: setTouched})
	})
}

func setTouched(_ context.Context, old runtime.Object) (runtime.Object, error) {
	object, err := meta.Accessor(old)
	if err != nil {
		return nil, err
	}
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations["touched"] = time.Now().Format(time.RFC3339)
	object.SetAnnotations(annotations)
	return old, nil
}

func withTouch(c *controlplane.Config) { c.Server.Verbs = append(controlplane.Verbs(*c), touch) }

func TestAVerbOfOnesOwnIsServedForEveryResource(t *testing.T) {
	t.Parallel()
	c := newCluster(t, withTouch)
	const configMaps = "/api/v1/namespaces/default/configmaps"
	code, text := c.ask(t, "POST", configMaps, `{"metadata":{"name":"a"}}`)
	want(t, "create", code, text, 201)
	code, text = c.ask(t, "TOUCH", configMaps+"/a", "")
	want(t, "touch", code, text, 200, `"touched":"20`)
	code, text = c.ask(t, "TOUCH", configMaps+"/nosuch", "")
	want(t, "touch of nothing", code, text, 404, `configmaps \"nosuch\" not found`)
	code, text = c.ask(t, "GET", "/api/v1", "")
	want(t, "discovery", code, text, 200, `"patch","touch","update","watch"`)
}
