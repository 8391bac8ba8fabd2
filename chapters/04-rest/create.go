package rest

import (
	"net/http"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// creating stores a decoded object: what is left of a create once the request has been read.
type creating func(c *Call, obj runtime.Object, options *CreateOptions) (runtime.Object, error)

// create answers POST .../pods. Upstream: handlers.CreateResource.
func create(e *RequestScope) http.Handler {
	storage, _ := As[Creater](e.Storage)
	return e.create(func(c *Call, obj runtime.Object, options *CreateOptions) (runtime.Object, error) {
		return storage.Create(c.Context, obj, options)
	})
}

// createNamed answers POST .../pods/{name}/binding. Upstream: handlers.CreateNamedResource.
func createNamed(e *RequestScope) http.Handler {
	storage, _ := As[NamedCreater](e.Storage)
	return e.create(func(c *Call, obj runtime.Object, options *CreateOptions) (runtime.Object, error) {
		name, err := c.Name()
		if err != nil {
			return nil, err
		}
		return storage.Create(c.Context, name, obj, options)
	})
}

func (e *RequestScope) create(store creating) http.Handler {
	return e.Handler(func(c *Call) (int, runtime.Object, error) {
		obj, options, err := c.readNew()
		if err != nil {
			return 0, nil, err
		}
		if err := c.PrepareNew(obj); err != nil {
			return 0, nil, err
		}
		obj = c.UpdateManagedFields(nil, obj, options.FieldManager)
		admission := c.admission(&options.CreateOptions, options.DryRun)
		if err := admission.admit(c.Context, obj, nil); err != nil {
			return 0, nil, err
		}
		options.Validate = admission.validate()
		created, err := store(c, obj, options)
		if tooLarge(err) && dropAccount(obj) {
			created, err = store(c, obj, options)
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

// PrepareNew clears what only the server decides, and puts the object into the namespace of the request.
// A kind without metadata needs nothing.
func (c *Call) PrepareNew(obj runtime.Object) error {
	object, err := meta.Accessor(obj)
	if err != nil {
		return nil
	}
	if !c.PreserveObjectMetaSystemFields {
		clearServersFields(object)
	}
	if err := EnsureObjectNamespaceMatchesRequestNamespace(object, c.objectNamespace()); err != nil {
		return err
	}
	c.uniteOwners(object, false)
	return nil
}

// clearServersFields clears the metadata that only the server sets. Upstream: rest.WipeObjectMetaSystemFields.
func clearServersFields(object metav1.Object) {
	object.SetCreationTimestamp(metav1.Time{})
	object.SetDeletionTimestamp(nil)
	object.SetDeletionGracePeriodSeconds(nil)
	object.SetUID("")
	object.SetSelfLink("")
}
