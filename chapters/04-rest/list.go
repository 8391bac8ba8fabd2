package rest

import (
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
)

// list answers GET .../pods, in a namespace or in all. Upstream: handlers.ListResource.
func list(e *RequestScope) http.Handler {
	storage, _ := As[Lister](e.Storage)
	return e.Handler(func(c *Call) (int, runtime.Object, error) {
		options, err := c.ListOptions()
		if err != nil {
			return 0, nil, err
		}
		if options.Watch { // else a row for watches would have it
			return 0, nil, apierrors.NewMethodNotSupported(c.Resource.GroupResource(), "watch")
		}
		obj, err := storage.List(c.Context, options)
		return http.StatusOK, obj, err
	})
}
