package storage

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// PrepareKey checks a key. For a recursive list or watch it makes the key a prefix that ends with a slash, because the
// prefix /pods/a would include /pods/ab. An empty key, a key with . or .. in it, or a key outside of the storage's
// resource (/pods/, or / if it stores several) is ErrInvalidKey, and the key is returned unchanged.
// Upstream: storage.PrepareKey.
func PrepareKey(resource, key string, recursive bool) (string, error) {
	if key == "" || key == "/" {
		return key, newInvalidKeyError("empty key: %q", key)
	}
	if strings.Contains(key, "/.") || key[0] == '.' { // rare: most calls need no split
		parts := strings.Split(key, "/")
		if slices.Contains(parts, ".") || slices.Contains(parts, "..") {
			return key, newInvalidKeyError("invalid key: %q", key)
		}
	}
	prepared := key
	if recursive && !strings.HasSuffix(key, "/") {
		prepared += "/"
	}
	if !strings.HasPrefix(prepared, resource) {
		return key, newInvalidKeyError("invalid key: %q lacks resource prefix: %q", prepared, resource)
	}
	return prepared, nil
}

func newInvalidKeyError(format string, args ...any) error {
	return &Error{Err: ErrInvalidKey, Detail: fmt.Sprintf(format, args...)}
}

// ListStart is the revision that a list reads, and the key at which it begins.
type ListStart struct {
	Revision uint64 // exactly this revision; 0: the newest
	AtLeast  uint64 // the minimum revision; 0: any
	Key      string // the first key to read: the list's prefix, or the key of the continue token
	// Continued: Revision and Key are from a continue token.
	Continued bool
}

// ValidateListOptions returns the ListStart for a list's options, for every implementation. key is the list's key as
// PrepareKey returned it, with the database's prefix if it has one.
//
//	version     match          reads
//	""                         the newest revision
//	"0", N      NotOlderThan   the newest revision, which must be at least N
//	N           Exact          revision N
//	N           ""             as NotOlderThan; with a limit as Exact, so that all pages are consistent
//	continue token             the token's revision, or the newest for NewestVersion
//
// Errors: ErrInvalidContinue, ErrInvalidVersion. Upstream: storage.ValidateListOptions.
func ValidateListOptions(key string, opts ListOptions) (ListStart, error) {
	if opts.Recursive && opts.Predicate.Continue != "" {
		return validateContinuedList(key, opts)
	}
	version, err := APIObjectVersioner{}.ParseResourceVersion(opts.ResourceVersion)
	if err != nil {
		return ListStart{}, err
	}
	r := ListStart{Key: key}
	switch opts.ResourceVersionMatch {
	case metav1.ResourceVersionMatchExact:
		r.Revision = version
	case metav1.ResourceVersionMatchNotOlderThan:
		r.AtLeast = version
	case "":
		if opts.Recursive && opts.Predicate.Limit > 0 {
			r.Revision = version
		} else {
			r.AtLeast = version
		}
	default:
		detail := fmt.Sprintf("unknown ResourceVersionMatch value: %v", opts.ResourceVersionMatch)
		return ListStart{}, &Error{Err: ErrInvalidVersion, Detail: detail}
	}
	return r, nil
}

// validateContinuedList is ValidateListOptions for a list with a continue token.
func validateContinuedList(key string, opts ListOptions) (ListStart, error) {
	from, version, err := DecodeContinue(opts.Predicate.Continue, key)
	if err != nil {
		return ListStart{}, err
	}
	if opts.ResourceVersion != "" && opts.ResourceVersion != "0" {
		detail := "specifying resource version is not allowed when using continue"
		return ListStart{}, &Error{Err: ErrInvalidContinue, Detail: detail}
	}
	return ListStart{Revision: uint64(max(version, 0)), Key: from, Continued: true}, nil
}

// Check returns ErrFuture if the requested revision is greater than current, the newest revision.
func (r ListStart) Check(current uint64) error {
	if wanted := max(r.Revision, r.AtLeast); wanted > current {
		return &Error{Err: ErrFuture, Requested: wanted, Current: current}
	}
	return nil
}

// ValidateMinimumResourceVersion checks that a Get at revision current is not older than version. Errors:
// ErrInvalidVersion, ErrFuture.
func ValidateMinimumResourceVersion(version string, current uint64) error {
	wanted, err := APIObjectVersioner{}.ParseResourceVersion(version)
	if err != nil {
		return err
	}
	return ListStart{AtLeast: wanted}.Check(current)
}

// Messages for clients whose version is compacted.
const (
	listTooOld = "The resourceVersion for the provided list is too old."
	pageTooOld = "The provided continue parameter is too old to display a consistent list result. You can start a new " +
		"list without the continue parameter, or use the continue token in this response to retrieve the remainder of " +
		"the results. Continuing with the provided token results in an inconsistent list - objects that were created, " +
		"modified, or deleted between the time the first chunk was returned and now may show up in the list."
	watchTooOld = "The resourceVersion for the provided watch is too old."
)

// Expired returns the error for a list at a compacted revision. If the list had a continue token, the error has a new
// token, which continues at the newest revision. key is the key that ValidateListOptions got.
func (r ListStart) Expired(key string) error {
	if !r.Continued {
		return &Error{Err: ErrExpired, Detail: listTooOld}
	}
	next, err := EncodeContinue(r.Key, key, NewestVersion)
	if err != nil {
		return err
	}
	return &Error{Err: ErrExpired, Detail: pageTooOld, Continue: next}
}

// WatchStart is the revision at which a watch begins, and its initial events.
type WatchStart struct {
	After         uint64 // the first change is after this revision; 0: after the newest
	InitialEvents bool   // begin with an ADDED event for each object that exists
	// InitialEventsEndBookmark: a bookmark marks the end of the initial events (see AnnotateInitialEventsEndBookmark).
	InitialEventsEndBookmark bool
}

// ValidateWatchOptions returns the WatchStart for a watch's options. Initial events show the newest state, which must
// not be older than the requested version. Error: ErrInvalidVersion. Upstream: etcd3's areInitialEventsRequired and
// isInitialEventsEndBookmarkRequired.
func ValidateWatchOptions(opts ListOptions) (WatchStart, error) {
	version, err := APIObjectVersioner{}.ParseResourceVersion(opts.ResourceVersion)
	if err != nil {
		return WatchStart{}, err
	}
	start := WatchStart{After: version, InitialEvents: version == 0}
	if asked := opts.SendInitialEvents; asked != nil {
		start.InitialEvents = *asked
		start.InitialEventsEndBookmark = *asked && opts.Predicate.AllowWatchBookmarks
	}
	return start, nil
}

// CheckPreconditions returns ErrPrecondition, with a Detail for the client, if obj does not meet p. Every object meets
// a nil p. Upstream: storage.Preconditions.Check.
func CheckPreconditions(key string, p *metav1.Preconditions, obj runtime.Object) error {
	if p == nil {
		return nil
	}
	m, err := readOnlyMeta(obj)
	if err != nil {
		return &Error{Key: key, Err: ErrPrecondition, Detail: err.Error()}
	}
	detail := ""
	switch {
	case p.UID != nil && *p.UID != m.GetUID():
		detail = fmt.Sprintf("Precondition failed: UID in precondition: %v, UID in object meta: %v", *p.UID, m.GetUID())
	case p.ResourceVersion != nil && *p.ResourceVersion != m.GetResourceVersion():
		detail = fmt.Sprintf("Precondition failed: ResourceVersion in precondition: %v, ResourceVersion in object meta: %v",
			*p.ResourceVersion, m.GetResourceVersion())
	default:
		return nil
	}
	return &Error{Key: key, Err: ErrPrecondition, Detail: detail}
}
