package rest

import (
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
)

// getResource answers GET .../pods/{name}. Upstream: handlers.GetResource.
func getResource(scope *RequestScope) http.Handler {
	storage, _ := As[Getter](scope.Storage)
	return scope.Handler(func(c *Call) (int, runtime.Object, error) {
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

// getResourceWithOptions answers GET .../pods/{name}/log. The query parameters, and the rest of the path if the storage
// uses it, are decoded into the storage's type of options. Upstream: handlers.GetResourceWithOptions.
func getResourceWithOptions(scope *RequestScope) http.Handler {
	storage, _ := As[GetterWithOptions](scope.Storage)
	return scope.Handler(func(c *Call) (int, runtime.Object, error) {
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

// listResource answers GET .../pods, in a namespace or in all. Upstream: handlers.ListResource.
func listResource(scope *RequestScope) http.Handler {
	storage, _ := As[Lister](scope.Storage)
	return scope.Handler(func(c *Call) (int, runtime.Object, error) {
		options, err := c.ListOptions()
		if err != nil {
			return 0, nil, err
		}
		if options.Watch { // no verb watch is installed, else it would have matched
			return 0, nil, apierrors.NewMethodNotSupported(c.Resource.GroupResource(), "watch")
		}
		obj, err := storage.List(c.Context, options)
		return http.StatusOK, obj, err
	})
}
