package storage

import (
	"errors"
	"fmt"
)

// The errors of storage. Chapter 6 has a table that maps each to a Status.
var (
	ErrNotFound           = errors.New("key not found")
	ErrExists             = errors.New("key exists")
	ErrPrecondition       = errors.New("precondition failed")
	ErrResourceVersionSet = errors.New("resourceVersion should not be set on objects to be created")
	ErrInvalidKey         = errors.New("key is not valid")
	ErrInvalidVersion     = errors.New("invalid resource version")
	ErrInvalidContinue    = errors.New("continue key is not valid")
	ErrExpired            = errors.New("the requested version is no longer held")
	ErrFuture             = errors.New("the requested version does not exist yet")
	ErrCorrupt            = errors.New("stored object cannot be read")
	ErrUnreachable        = errors.New("storage is not reachable")
)

// Error is an error of an operation on a key.
type Error struct {
	Op  string // create, get, list, update, delete, watch
	Key string // the key in the database, with the database's prefix if it has one
	Err error  // wraps a sentinel

	// Detail is a more precise message for clients than the sentinel's: which precondition, which field. The table of
	// Statuses uses it as the whole message, or appends it to its own.
	Detail string
	// Continue is a new token for a list whose token has expired. It continues at the newest version, so the list is
	// complete, but not consistent.
	Continue string
	// Requested and Current versions, with ErrFuture.
	Requested, Current uint64
}

func (e *Error) Error() string {
	text := e.Err.Error()
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Op == "" {
		return text
	}
	return fmt.Sprintf("%s %q: %s", e.Op, e.Key, text)
}

func (e *Error) Unwrap() error { return e.Err }

// WrapError adds the operation and the key to err, unless err has them already. A nil err stays nil.
func WrapError(op, key string, err error) error {
	if err == nil {
		return nil
	}
	inner, ok := err.(*Error)
	switch {
	case !ok:
		return &Error{Op: op, Key: key, Err: err}
	case inner.Op != "":
		return err
	}
	outer := *inner
	outer.Op, outer.Key = op, key
	return &outer
}
