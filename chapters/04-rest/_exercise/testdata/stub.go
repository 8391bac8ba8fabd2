package exercise

import (
	"net/http"

	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
	"kubepath/internal/exercise"
)

// Row is the verb get: it reads one object.
func Row() rest.Verb {
	return rest.Verb{
		Name: "get",
		// TODO(you): by which Method, and On what? (A verb without On is one of the collection.)
		Offered: offered,
		Handle:  get,
	}
}

// offered tells whether objects of this storage can be read one by one.
func offered(s rest.Storage) bool {
	// TODO(you): which capability says so?
	return false
}

// get makes the handler of one endpoint.
func get(e *rest.Endpoint) http.Handler {
	return e.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		// TODO(you): the name, the options, the storage's answer.
		return 0, nil, exercise.ErrTODO
	})
}
