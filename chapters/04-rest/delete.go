package rest

import (
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// remove answers DELETE .../pods/{name}. Upstream: handlers.DeleteResource.
func remove(e *RequestScope) http.Handler {
	storage, _ := As[GracefulDeleter](e.Storage)
	return e.Handler(func(c *Call) (int, runtime.Object, error) {
		name, err := c.Name()
		if err != nil {
			return 0, nil, err
		}
		options, err := c.DeleteOptions()
		if err != nil {
			return 0, nil, err
		}
		options.Validate = c.admission(&options.DeleteOptions, options.DryRun).validate()
		obj, immediately, err := storage.Delete(c.Context, name, options)
		status := http.StatusOK
		if orphan := options.OrphanDependents; !immediately && orphan != nil && !*orphan {
			status = http.StatusAccepted // only clients that asked for it in the oldest way were ever told
		}
		if obj == nil && err == nil {
			obj = succeeded(status, &metav1.StatusDetails{Name: name, Kind: c.Kind.Kind})
		}
		return status, obj, err
	})
}

// succeeded is the answer of a storage that has no object to show.
func succeeded(status int, details *metav1.StatusDetails) *metav1.Status {
	return &metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusSuccess,
		Code:     int32(status),
		Details:  details,
	}
}
