package exercise

import (
	"net/http"

	"k8s.io/apimachinery/pkg/runtime"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// Row is the verb get: it reads one object.
func Row() rest.Verb {
	return rest.Verb{
		Verb:      installer.Verb{Name: "get", Methods: []string{http.MethodGet}, On: installer.Item},
		Supported: supported,
		Handle:    get,
	}
}

// supported tells whether objects of this storage can be read one by one.
func supported(s rest.Storage) bool {
	return true
}

// get makes the handler of one endpoint.
func get(e *rest.RequestScope) http.Handler {
	storage, _ := rest.As[rest.Getter](e.Storage)
	return e.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		name, err := c.Name()
		if err != nil {
			return 0, nil, err
		}
		options, err := c.GetOptions()
		if err != nil {
			return 0, nil, err
		}
		obj, err := storage.Get(c.Context, name, options)
		return http.StatusOK, obj, err
	})
}
