package exercise

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	installer "kubepath/chapters/03-installer"
	"kubepath/internal/tools/exercise"
)

// Plug lets the server serve a route only where Paths names its path.
func Plug() exercise.Plug { return exercise.Plug{Middleware: named} }

// named is called once for each action, while the routes are made. An action at a path that Paths does not name answers
// every request with 404, as if the route did not exist.
func named(a *installer.Action, next http.Handler) http.Handler {
	paths, err := Paths(*a.Resource, a.Verb)
	if err == nil && slices.Contains(paths, a.Path) {
		return next
	}
	if err == nil {
		err = fmt.Errorf("your Paths serves %s of %s at %q, not at %q", a.Name, a.Resource, paths, a.Path)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { refuse(w, err) })
}

func refuse(w http.ResponseWriter, why error) {
	status := apierrors.NewGenericServerResponse(http.StatusNotFound, "", schema.GroupResource{}, "", "", 0, false).Status()
	status.Kind, status.APIVersion, status.Message = "Status", "v1", why.Error()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	json.NewEncoder(w).Encode(status) //nolint:errcheck // a client that went away
}
