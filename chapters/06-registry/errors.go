package registry

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	storage "kubepath/chapters/05-storage"
)

// failure is what a storage operation could not do, with the names that a client knows.
type failure struct {
	*storage.Error
	verb     string // get, list, create, update, delete, watch
	resource schema.GroupResource
	name     string // "" in a list or watch
}

// statuses is the one place where the sentinels of chapter 5 become what clients see. What is not here is the
// server's own fault and goes up as it is, which chapter 4 shows as a 500 without a reason.
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

// interpretError turns an error of the storage into the one that a client sees. An error that a hook, a strategy or a caller's
// function returned is that caller's business and stays as it is.
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

// invalidContinue: the token is the client's.
func invalidContinue(f failure) error { return apierrors.NewBadRequest(f.Detail) }

// resourceVersionSet is a plain 500, as upstream answers a create of an object that was read somewhere.
func resourceVersionSet(failure) error { return storage.ErrResourceVersionSet }

// preconditionFailed shows the key as the database has it, as upstream does.
func preconditionFailed(f failure) error {
	return apierrors.NewConflict(f.resource, f.name, fmt.Errorf(
		"StorageError: invalid object, Code: 4, Key: %s, ResourceVersion: 0, AdditionalErrorMsg: %s", f.Key, f.Detail))
}

// expired tells the client to list again; Continue, where the storage gave one, goes on with what is there now.
func expired(f failure) error {
	err := apierrors.NewResourceExpired(f.Detail)
	err.ErrStatus.ListMeta.Continue = f.Continue
	return err
}

// tooLargeVersion: the client has seen a version that this server has not yet.
// Upstream: storage.NewTooLargeResourceVersionError.
func tooLargeVersion(f failure) error {
	err := apierrors.NewTimeoutError(fmt.Sprintf("Too large resource version: %d, current: %d", f.Requested, f.Current), 1)
	err.ErrStatus.Details.Causes = []metav1.StatusCause{{
		Type: metav1.CauseTypeResourceVersionTooLarge, Message: "Too large resource version",
	}}
	return err
}

// invalidVersion is the client's fault in a list; upstream answers a get and a watch with a plain 500.
func invalidVersion(f failure) error {
	if f.verb == "list" {
		return apierrors.NewBadRequest("invalid resource version: " + f.Detail)
	}
	return errors.New(f.Detail)
}
