package exercise

import (
	"net/http"

	"k8s.io/apimachinery/pkg/runtime"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
	"kubepath/internal/tools/exercise"
)

// Row is the verb get: it reads one object.
func Row() rest.Verb {
	return rest.Verb{
		// TODO(you): by which Methods, and On what? (A verb without On is one of the collection.)
		Verb:      installer.Verb{Name: "get"},
		Supported: supported,
		Handle:    get,
	}
}

// supported tells whether objects of this storage can be read one by one.
func supported(s rest.Storage) bool {
	// TODO(you): which capability says so?
	return false
}

// get makes the handler of one endpoint.
func get(e *rest.RequestScope) http.Handler {
	return e.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		// TODO(you): the name, the options, the storage's answer.
		return 0, nil, exercise.ErrTODO
	})
}
