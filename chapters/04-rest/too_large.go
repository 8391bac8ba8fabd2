package rest

import (
	"context"
	"net/http"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
)

// An account of owners can be longer than the object. One that does not fit into the database with its account is stored
// without.

// AdmitAndUpdate has the storage update the object called name, if admission lets it, and returns what to answer.
func (c *Call) AdmitAndUpdate(storage Updater, name string, update *Update) (int, runtime.Object, error) {
	update = c.admission(&update.Options, update.Options.DryRun).admitted(update)
	obj, created, err := storage.Update(c.Context, name, update)
	if tooLarge(err) && c.FieldManager != nil && !update.AllowCreate { // an apply without an account would be none
		obj, created, err = storage.Update(c.Context, name, update.withoutAccount())
	}
	if created {
		return http.StatusCreated, obj, err
	}
	return http.StatusOK, obj, err
}

func (u *Update) withoutAccount() *Update {
	without := *u
	without.Mutate = func(ctx context.Context, old runtime.Object) (runtime.Object, error) {
		obj, err := u.Mutate(ctx, old)
		if err == nil {
			dropAccount(obj)
		}
		return obj, err
	}
	return &without
}

// dropAccount reports whether there was one.
func dropAccount(obj runtime.Object) bool {
	object, err := meta.Accessor(obj)
	if err != nil || len(object.GetManagedFields()) == 0 {
		return false
	}
	object.SetManagedFields(nil)
	return true
}

// tooLarge tells the errors of an etcd, and of a connection to one, that takes no more. Upstream: isTooLargeError.
func tooLarge(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "etcdserver: request is too large") ||
		strings.Contains(err.Error(), "trying to send message larger than max"))
}
