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
	ErrInvalidKey         = errors.New("key is not valid")
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
	Key string // as the database has it: with the database's own prefix, where it has one
	Err error  // wraps a sentinel

	// Detail is the text for clients where the sentinel says too little: which precondition, which field. It is a whole
	// message, which the status table uses as it is or puts behind its own words.
	Detail string
	// Continue goes on with a list whose token has expired, at the newest version: inconsistent, but complete.
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

// WrapError adds to err which operation on which key met it, unless err says so already. A nil err stays nil.
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
