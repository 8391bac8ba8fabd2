package storage

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Reading says which part of the history a list wants, and where in the order of the keys it begins.
type Reading struct {
	At      uint64 // exactly this revision; 0: the newest
	AtLeast uint64 // the answer must not be older; 0: any
	From    string // the first key to read; the list's prefix, or where its continue token says
	// Continued: From and At come from a continue token.
	Continued bool
}

// ReadAt turns a list's options into what to read, for every implementation alike. key is the list's key as PrepareKey
// returned it, with the database's own prefix where it has one.
//
//	version     match          reads
//	""                         the newest revision
//	"0", N      NotOlderThan   the newest revision, which must be at least N
//	N           Exact          revision N
//	N           ""             as NotOlderThan; with a limit as Exact, so that all pages show one state
//	continue token             the token's revision, or the newest where it says so
//
// Errors: ErrInvalidContinue, ErrInvalidVersion. Upstream: storage.ValidateListOptions.
func ReadAt(key string, opts ListOptions) (Reading, error) {
	if opts.Recursive && opts.Predicate.Continue != "" {
		return readOn(key, opts)
	}
	version, err := APIObjectVersioner{}.ParseVersion(opts.ResourceVersion)
	if err != nil {
		return Reading{}, err
	}
	r := Reading{From: key}
	switch opts.Match {
	case metav1.ResourceVersionMatchExact:
		r.At = version
	case metav1.ResourceVersionMatchNotOlderThan:
		r.AtLeast = version
	case "":
		if opts.Recursive && opts.Predicate.Limit > 0 {
			r.At = version
		} else {
			r.AtLeast = version
		}
	default:
		detail := fmt.Sprintf("unknown ResourceVersionMatch value: %v", opts.Match)
		return Reading{}, &Error{Err: ErrInvalidVersion, Detail: detail}
	}
	return r, nil
}

// readOn is ReadAt for a list that goes on with a token.
func readOn(key string, opts ListOptions) (Reading, error) {
	from, version, err := DecodeContinue(opts.Predicate.Continue, key)
	if err != nil {
		return Reading{}, err
	}
	if opts.ResourceVersion != "" && opts.ResourceVersion != "0" {
		detail := "specifying resource version is not allowed when using continue"
		return Reading{}, &Error{Err: ErrInvalidContinue, Detail: detail}
	}
	return Reading{At: uint64(max(version, 0)), From: from, Continued: true}, nil
}

// Check refuses a reading of the future: ErrFuture where current, the newest revision, is older than what was asked
// for.
func (r Reading) Check(current uint64) error {
	if wanted := max(r.At, r.AtLeast); wanted > current {
		return &Error{Err: ErrFuture, Requested: wanted, Current: current}
	}
	return nil
}

// CheckAtLeast is Reading.Check for a Get: the answer, read at revision current, must not be older than version.
// Errors: ErrInvalidVersion, ErrFuture.
func CheckAtLeast(version string, current uint64) error {
	wanted, err := APIObjectVersioner{}.ParseVersion(version)
	if err != nil {
		return err
	}
	return Reading{AtLeast: wanted}.Check(current)
}

// Texts for clients whose version is no longer held.
const (
	listTooOld = "The resourceVersion for the provided list is too old."
	pageTooOld = "The provided continue parameter is too old to display a consistent list result. You can start a new " +
		"list without the continue parameter, or use the continue token in this response to retrieve the remainder of " +
		"the results. Continuing with the provided token results in an inconsistent list - objects that were created, " +
		"modified, or deleted between the time the first chunk was returned and now may show up in the list."
	watchTooOld = "The resourceVersion for the provided watch is too old."
)

// Expired is the error for a reading at a revision that is no longer held. A list that came with a token gets one that
// goes on at the newest revision. key is ReadAt's.
func (r Reading) Expired(key string) error {
	if !r.Continued {
		return &Error{Err: ErrExpired, Detail: listTooOld}
	}
	next, err := EncodeContinue(r.From, key, NewestVersion)
	if err != nil {
		return err
	}
	return &Error{Err: ErrExpired, Detail: pageTooOld, Continue: next}
}

// WatchStart says where a watch begins.
type WatchStart struct {
	After   uint64 // the changes after this revision; 0: after what exists now
	Initial bool   // first an ADDED event for each object that exists
	// Mark: after the initial events comes a bookmark that says so (see MarkInitialEventsEnd).
	Mark bool
}

// WatchFrom turns a watch's options into where it begins. Initial events are of the newest state, which must not be
// older than the version asked for. Error: ErrInvalidVersion. Upstream: etcd3's areInitialEventsRequired and
// isInitialEventsEndBookmarkRequired.
func WatchFrom(opts ListOptions) (WatchStart, error) {
	version, err := APIObjectVersioner{}.ParseVersion(opts.ResourceVersion)
	if err != nil {
		return WatchStart{}, err
	}
	start := WatchStart{After: version, Initial: version == 0}
	if asked := opts.SendInitialEvents; asked != nil {
		start.Initial = *asked
		start.Mark = *asked && opts.Predicate.AllowWatchBookmarks
	}
	return start, nil
}
