package rest

import (
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// removeCollection answers DELETE .../pods: all that the selectors match. Upstream: handlers.DeleteCollection.
func removeCollection(e *RequestScope) http.Handler {
	storage, _ := As[CollectionDeleter](e.Storage)
	return e.Handler(func(c *Call) (int, runtime.Object, error) {
		which, err := c.ListOptions()
		if err != nil {
			return 0, nil, err
		}
		options, err := c.DeleteOptions()
		if err != nil {
			return 0, nil, err
		}
		options.Validate = c.admission(&options.DeleteOptions, options.DryRun).validate()
		obj, err := storage.DeleteCollection(c.Context, options, which)
		if obj == nil && err == nil {
			obj = succeeded(http.StatusOK, &metav1.StatusDetails{Kind: c.Kind.Kind})
		}
		return http.StatusOK, obj, err
	})
}
