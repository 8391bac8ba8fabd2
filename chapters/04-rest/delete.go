package rest

import (
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// deleteResource answers DELETE .../pods/{name}. Upstream: handlers.DeleteResource.
func deleteResource(scope *RequestScope) http.Handler {
	storage, _ := As[GracefulDeleter](scope.Storage)
	return scope.Handler(func(c *Call) (int, runtime.Object, error) {
		name, err := c.Name()
		if err != nil {
			return 0, nil, err
		}
		options, err := c.DeleteOptions()
		if err != nil {
			return 0, nil, err
		}
		c.AdmitDelete(options)
		obj, immediately, err := storage.Delete(c.Context, name, options)
		status := http.StatusOK
		if orphan := options.OrphanDependents; !immediately && orphan != nil && !*orphan {
			status = http.StatusAccepted // upstream answers 202 only for orphanDependents=false, the deprecated option
		}
		if obj == nil && err == nil {
			obj = successStatus(status, &metav1.StatusDetails{Name: name, Kind: c.Kind.Kind})
		}
		return status, obj, err
	})
}

// successStatus returns the response for a storage that returned no object.
func successStatus(status int, details *metav1.StatusDetails) *metav1.Status {
	return &metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusSuccess,
		Code:     int32(status),
		Details:  details,
	}
}

// deleteCollection answers DELETE .../pods: it deletes all objects that the selectors match. Upstream:
// handlers.DeleteCollection.
func deleteCollection(scope *RequestScope) http.Handler {
	storage, _ := As[CollectionDeleter](scope.Storage)
	return scope.Handler(func(c *Call) (int, runtime.Object, error) {
		which, err := c.ListOptions()
		if err != nil {
			return 0, nil, err
		}
		options, err := c.DeleteOptions()
		if err != nil {
			return 0, nil, err
		}
		c.AdmitDelete(options)
		obj, err := storage.DeleteCollection(c.Context, options, which)
		if obj == nil && err == nil {
			obj = successStatus(http.StatusOK, &metav1.StatusDetails{Kind: c.Kind.Kind})
		}
		return http.StatusOK, obj, err
	})
}
