package rest

import (
	"net/http"

	"k8s.io/apimachinery/pkg/runtime"
)

// get answers GET .../pods/{name}. Upstream: handlers.GetResource.
func get(e *RequestScope) http.Handler {
	storage, _ := As[Getter](e.Storage)
	return e.Handler(func(c *Call) (int, runtime.Object, error) {
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

// getWithOptions answers GET .../pods/{name}/log, whose parameters, and the rest of whose path where it has one, are
// decoded into a type of the storage's own. Upstream: handlers.GetResourceWithOptions.
func getWithOptions(e *RequestScope) http.Handler {
	storage, _ := As[GetterWithOptions](e.Storage)
	return e.Handler(func(c *Call) (int, runtime.Object, error) {
		name, err := c.Name()
		if err != nil {
			return 0, nil, err
		}
		options, subpath := storage.NewGetOptions()
		if err := c.DecodeRequestOptions(options, subpath); err != nil {
			return 0, nil, err
		}
		obj, err := storage.Get(c.Context, name, options)
		return http.StatusOK, obj, err
	})
}
