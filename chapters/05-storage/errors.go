package storage

import (
	"errors"
	"fmt"
)

// What can go wrong. Chapter 6 turns each into a Status in one table.
var (
	ErrNotFound           = errors.New("key not found")
	ErrExists             = errors.New("key exists")
	ErrPrecondition       = errors.New("precondition failed")
	ErrResourceVersionSet = errors.New("resourceVersion should not be set on objects to be created")
	ErrInvalidVersion     = errors.New("invalid resource version")
	ErrInvalidContinue    = errors.New("continue key is not valid")
	ErrExpired            = errors.New("the requested version is no longer held")
	ErrFuture             = errors.New("the requested version does not exist yet")
	ErrCorrupt            = errors.New("stored object cannot be read")
	ErrUnreachable        = errors.New("storage is not reachable")
)

// Error says which operation on which key failed.
type Error struct {
	Op  string // create, get, list, update, delete, watch
	Key string
	Err error // wraps a sentinel

	Detail string // for clients: which precondition, which field
	// Continue goes on with a list whose token has expired, at the newest version: inconsistent, but complete.
	Continue string
	// Requested and Current versions, with ErrFuture.
	Requested, Current uint64
}

func (e *Error) Error() string {
	if e.Detail != "" {
		return fmt.Sprintf("%s %q: %v: %s", e.Op, e.Key, e.Err, e.Detail)
	}
	return fmt.Sprintf("%s %q: %v", e.Op, e.Key, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }
