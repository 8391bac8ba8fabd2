package rest

import (
	"net/http"

	"k8s.io/apimachinery/pkg/runtime"
)

// list answers GET .../pods, in a namespace or in all. Upstream: handlers.ListResource.
func list(e *Endpoint) http.Handler {
	storage := e.Storage.(Lister)
	return e.Handler(func(c *Call) (int, runtime.Object, error) {
		options, err := c.ListOptions()
		if err != nil {
			return 0, nil, err
		}
		obj, err := storage.List(c.Context, options)
		return http.StatusOK, obj, err
	})
}
