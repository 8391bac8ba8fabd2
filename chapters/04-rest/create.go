package rest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// createResource answers POST .../pods. Upstream: handlers.CreateResource.
func createResource(scope *RequestScope) http.Handler {
	storage, _ := As[Creater](scope.Storage)
	return createHandler(scope, namedCreaterAdapter{storage}, false)
}

// createNamedResource answers POST .../pods/{name}/binding. Upstream: handlers.CreateNamedResource.
func createNamedResource(scope *RequestScope) http.Handler {
	storage, _ := As[NamedCreater](scope.Storage)
	return createHandler(scope, storage, true)
}

// namedCreaterAdapter makes a NamedCreater of a Creater: the object has the name. Upstream:
// handlers.namedCreaterAdapter.
type namedCreaterAdapter struct{ Creater }

func (a namedCreaterAdapter) Create(ctx context.Context, _ string, obj runtime.Object, options *CreateOptions) (runtime.Object, error) {
	return a.Creater.Create(ctx, obj, options)
}

// createHandler reads, prepares and admits the new object, and calls the storage's Create. includeName: the path has
// the name of the parent object. Upstream: handlers.createHandler.
func createHandler(scope *RequestScope, storage NamedCreater, includeName bool) http.Handler {
	return scope.Handler(func(c *Call) (int, runtime.Object, error) {
		obj, options, err := c.readNew()
		if err != nil {
			return 0, nil, err
		}
		if err := c.PrepareNew(obj); err != nil {
			return 0, nil, err
		}
		obj = c.UpdateManagedFields(nil, obj, options.FieldManager)
		if err := c.AdmitCreate(obj, options); err != nil {
			return 0, nil, err
		}
		name := ""
		if includeName {
			if name, err = c.Name(); err != nil {
				return 0, nil, err
			}
		}
		created, err := storage.Create(c.Context, name, obj, options)
		if isTooLargeError(err) && clearManagedFields(obj) {
			created, err = storage.Create(c.Context, name, obj, options)
		}
		if status, ok := created.(*metav1.Status); ok && status.Code == 0 && err == nil {
			status.Code = http.StatusCreated
		}
		return http.StatusCreated, created, err
	})
}

// readNew reads the options and the body.
func (c *Call) readNew() (runtime.Object, *CreateOptions, error) {
	media, err := c.InputSerializer()
	if err != nil {
		return nil, nil, err
	}
	body, err := c.ReadBody()
	if err != nil {
		return nil, nil, err
	}
	defer body.Free()
	options, err := c.CreateOptions()
	if err != nil {
		return nil, nil, err
	}
	obj, err := c.Decode(media, body.Bytes, options.FieldValidation)
	return obj, options, err
}

// PrepareNew clears the metadata that only the server sets, and sets the namespace of the request. It does nothing for
// a kind without metadata.
func (c *Call) PrepareNew(obj runtime.Object) error {
	object, err := meta.Accessor(obj)
	if err != nil {
		return nil
	}
	if !c.PreserveObjectMetaSystemFields {
		wipeObjectMetaSystemFields(object)
	}
	if err := EnsureObjectNamespaceMatchesRequestNamespace(object, c.expectedNamespace()); err != nil {
		return err
	}
	c.dedupOwnerReferences(object, false)
	return nil
}

// wipeObjectMetaSystemFields clears the metadata that only the server sets. Upstream: rest.WipeObjectMetaSystemFields.
func wipeObjectMetaSystemFields(object metav1.Object) {
	object.SetCreationTimestamp(metav1.Time{})
	object.SetDeletionTimestamp(nil)
	object.SetDeletionGracePeriodSeconds(nil)
	object.SetUID("")
	object.SetSelfLink("")
}

// EnsureObjectNamespaceMatchesRequestNamespace sets the object's namespace to the request's; "" for cluster-scoped
// objects. An object with another namespace is a 400. Upstream: rest.EnsureObjectNamespaceMatchesRequestNamespace.
func EnsureObjectNamespaceMatchesRequestNamespace(obj metav1.Object, namespace string) error {
	switch have := obj.GetNamespace(); {
	case have == namespace:
	case have == "" || namespace == "":
		obj.SetNamespace(namespace)
	default:
		return apierrors.NewBadRequest(
			"the namespace of the provided object does not match the namespace sent on the request")
	}
	return nil
}

// dedupOwnerReferences removes duplicate owner references and adds a warning. It is called again after admission; for a
// patch, upstream calls it only after admission. Upstream: handlers.dedupOwnerReferencesAndAddWarning.
func (c *Call) dedupOwnerReferences(obj metav1.Object, admitted bool) {
	owners := obj.GetOwnerReferences()
	if len(owners) < 2 {
		return
	}
	var united []metav1.OwnerReference
	var repeated []string
	for _, owner := range owners {
		same := func(known metav1.OwnerReference) bool { return apiequality.Semantic.DeepEqual(known, owner) }
		if slices.ContainsFunc(united, same) {
			repeated = append(repeated, string(owner.UID))
			continue
		}
		united = append(united, owner)
	}
	if len(repeated) == 0 {
		return
	}
	obj.SetOwnerReferences(united)
	after := ""
	if admitted || c.Request.Method == http.MethodPatch {
		after = " after mutating admission happens"
	}
	AddWarning(c.Context, fmt.Sprintf(".metadata.ownerReferences contains duplicate entries%s; API server dedups owner references "+
		"in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: %s",
		after, strings.Join(repeated, ", ")))
}
