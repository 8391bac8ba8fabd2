package registry

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	storage "kubepath/chapters/05-storage"
)

// failure is an error of the storage, with the verb, resource and name of the request.
type failure struct {
	*storage.Error
	verb     string // get, list, create, update, delete, watch
	resource schema.GroupResource
	name     string // "" in a list or watch
}

// statuses turns the sentinels of chapter 5 into the errors that clients get. An error that is not here is returned as it
// is; chapter 4 answers it with 500, without a reason.
// Upstream: storage/errors.InterpretGetError, InterpretListError and so on.
var statuses = []struct {
	when   error
	answer func(failure) error
}{
	{storage.ErrNotFound, notFound},
	{storage.ErrExists, alreadyExists},
	{storage.ErrPrecondition, preconditionFailed},
	{storage.ErrExpired, expired},
	{storage.ErrFuture, tooLargeVersion},
	{storage.ErrInvalidContinue, invalidContinue},
	{storage.ErrInvalidVersion, invalidVersion},
	{storage.ErrResourceVersionSet, resourceVersionSet},
	{storage.ErrUnreachable, unreachable},
	{storage.ErrCorrupt, corrupt},
}

// interpretError turns an error of the storage into the one that a client gets. Errors of hooks, strategies and functions of
// the request stay as they are.
func (s *Store) interpretError(verb, name string, err error) error {
	var cause *storage.Error
	if !errors.As(err, &cause) {
		return err
	}
	for _, row := range statuses {
		if errors.Is(cause, row.when) {
			return row.answer(failure{cause, verb, s.Resource, name})
		}
	}
	return err
}

func notFound(f failure) error      { return apierrors.NewNotFound(f.resource, f.name) }
func alreadyExists(f failure) error { return apierrors.NewAlreadyExists(f.resource, f.name) }
func corrupt(f failure) error       { return apierrors.NewInternalError(f.Err) }
func unreachable(f failure) error   { return apierrors.NewServerTimeout(f.resource, f.verb, 2) }

// invalidContinue is a 400: the token came from the client.
func invalidContinue(f failure) error { return apierrors.NewBadRequest(f.Detail) }

// resourceVersionSet is a plain 500, as upstream: the object of a create has a resourceVersion.
func resourceVersionSet(failure) error { return storage.ErrResourceVersionSet }

// preconditionFailed has the key of the database in its message, as upstream.
func preconditionFailed(f failure) error {
	return apierrors.NewConflict(f.resource, f.name, fmt.Errorf(
		"StorageError: invalid object, Code: 4, Key: %s, ResourceVersion: 0, AdditionalErrorMsg: %s", f.Key, f.Detail))
}

// expired tells the client to list again. Continue, if the storage has set it, continues the list at the newest revision.
func expired(f failure) error {
	err := apierrors.NewResourceExpired(f.Detail)
	err.ErrStatus.ListMeta.Continue = f.Continue
	return err
}

// tooLargeVersion tells the client to try again later: its version is newer than this server's newest.
// Upstream: storage.NewTooLargeResourceVersionError.
func tooLargeVersion(f failure) error {
	err := apierrors.NewTimeoutError(fmt.Sprintf("Too large resource version: %d, current: %d", f.Requested, f.Current), 1)
	err.ErrStatus.Details.Causes = []metav1.StatusCause{{
		Type: metav1.CauseTypeResourceVersionTooLarge, Message: "Too large resource version",
	}}
	return err
}

// invalidVersion is a 400 for a list; for a get and a watch it is a plain 500, as upstream.
func invalidVersion(f failure) error {
	if f.verb == "list" {
		return apierrors.NewBadRequest("invalid resource version: " + f.Detail)
	}
	return errors.New(f.Detail)
}
