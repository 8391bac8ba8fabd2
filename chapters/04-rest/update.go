package rest

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

// updateResource answers PUT .../pods/{name}. Upstream: handlers.UpdateResource.
func updateResource(scope *RequestScope) http.Handler {
	storage, _ := As[Updater](scope.Storage)
	return scope.Handler(func(c *Call) (int, runtime.Object, error) {
		name, err := c.Name()
		if err != nil {
			return 0, nil, err
		}
		body, err := c.ReadBody()
		if err != nil {
			return 0, nil, err
		}
		defer body.Free()
		next, err := c.readReplacement(name, body.Bytes)
		if err != nil {
			return 0, nil, err
		}
		return c.AdmitAndUpdate(storage, name, next)
	})
}

// AdmitAndUpdate calls the storage's Update with admission, and returns the response. PUT and PATCH use it. If managed
// fields make the object too large for the database, it is stored without them.
func (c *Call) AdmitAndUpdate(storage Updater, name string, update *Update) (int, runtime.Object, error) {
	update = c.admission(&update.Options, update.Options.DryRun).admitted(update)
	obj, created, err := storage.Update(c.Context, name, update)
	if isTooLargeError(err) && c.FieldManager != nil && !update.AllowCreate { // an apply needs managed fields
		obj, created, err = storage.Update(c.Context, name, update.withoutManagedFields())
	}
	if created {
		return http.StatusCreated, obj, err
	}
	return http.StatusOK, obj, err
}

// isTooLargeError reports whether etcd, or the gRPC client, refused an object because of its size. Upstream:
// isTooLargeError.
func isTooLargeError(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "etcdserver: request is too large") ||
		strings.Contains(err.Error(), "trying to send message larger than max"))
}

// readReplacement decodes the body to an update that replaces the object. The body must not be freed before the update
// is done.
func (c *Call) readReplacement(name string, body []byte) (*Update, error) {
	options, err := c.UpdateOptions()
	if err != nil {
		return nil, err
	}
	media, err := c.InputSerializer()
	if err != nil {
		return nil, err
	}
	r := &replacement{call: c, name: name, media: media, body: body, options: options}
	if r.first, err = r.decode(); err != nil {
		return nil, err
	}
	return &Update{Options: options, Mutate: r.mutate, Preconditions: sameUID(r.first)}, nil
}

// replacement is the object of a PUT. The storage changes the object that Mutate returns, so an attempt after a
// conflict decodes the body again. That is cheaper than a copy for every request, because conflicts are rare.
type replacement struct {
	call    *Call
	name    string
	media   *kinds.SerializerInfo
	body    []byte
	options metav1.UpdateOptions
	first   runtime.Object
}

func (r *replacement) mutate(_ context.Context, old runtime.Object) (runtime.Object, error) {
	obj := r.first
	r.first = nil
	if obj == nil {
		var err error
		if obj, err = r.decode(); err != nil {
			return nil, err
		}
	}
	return r.call.UpdateManagedFields(old, obj, r.options.FieldManager), nil
}

func (r *replacement) decode() (runtime.Object, error) {
	obj, err := r.call.Decode(r.media, r.body, r.options.FieldValidation)
	if err != nil {
		return nil, err
	}
	return obj, r.call.CheckName(obj, r.name)
}

// EnsureObjectNamespace sets obj's namespace to the request's; an object with another namespace is a 400. It does
// nothing for a kind without metadata.
func (c *Call) EnsureObjectNamespace(obj runtime.Object) error {
	object, err := meta.Accessor(obj)
	if err != nil {
		return nil
	}
	return EnsureObjectNamespaceMatchesRequestNamespace(object, c.expectedNamespace())
}

// CheckName refuses an object whose name or namespace differs from the path's. Upstream: handlers.checkName.
func (c *Call) CheckName(obj runtime.Object, name string) error {
	if err := c.EnsureObjectNamespace(obj); err != nil {
		return err
	}
	object, err := meta.Accessor(obj)
	if err == nil && object.GetName() == "" {
		err = apierrors.NewBadRequest("name must be provided")
	}
	if err != nil {
		return apierrors.NewBadRequest(fmt.Sprintf(
			"the name of the object (%s based on URL) was undeterminable: %v", name, err))
	}
	if object.GetName() != name {
		return apierrors.NewBadRequest(fmt.Sprintf(
			"the name of the object (%s) does not match the name on the URL (%s)", object.GetName(), name))
	}
	c.dedupOwnerReferences(object, false)
	return nil
}

// sameUID returns the precondition that the stored object has obj's uid, if obj has one: a PUT must not replace a new
// object with the same name.
func sameUID(obj runtime.Object) *metav1.Preconditions {
	object, err := meta.Accessor(obj)
	if err != nil || object.GetUID() == "" {
		return nil
	}
	uid := object.GetUID()
	return &metav1.Preconditions{UID: &uid}
}
