package storage

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// PrepareKey checks a key and, for a recursive list or watch, makes it a prefix that ends with a slash: without it,
// everything below /pods/a would include /pods/ab. A key without a name, with a . or .. in it, or outside of the
// storage's own resource (/pods/, or / where it keeps several) is ErrInvalidKey, and comes back as it is.
// Upstream: storage.PrepareKey.
func PrepareKey(resource, key string, recursive bool) (string, error) {
	if key == "" || key == "/" {
		return key, newInvalidKeyError("empty key: %q", key)
	}
	if strings.Contains(key, "/.") || key[0] == '.' { // rare, so that the split is not paid for each call
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

// ListStart says which part of the history a list wants, and where in the order of the keys it begins.
type ListStart struct {
	Revision uint64 // exactly this revision; 0: the newest
	AtLeast  uint64 // the answer must not be older; 0: any
	Key      string // the first key to read; the list's prefix, or where its continue token says
	// Continued: From and At come from a continue token.
	Continued bool
}

// ValidateListOptions turns a list's options into what to read, for every implementation alike. key is the list's key as PrepareKey
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

// validateContinuedList is ValidateListOptions for a list that goes on with a token.
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

// Check refuses a reading of the future: ErrFuture where current, the newest revision, is older than what was asked
// for.
func (r ListStart) Check(current uint64) error {
	if wanted := max(r.Revision, r.AtLeast); wanted > current {
		return &Error{Err: ErrFuture, Requested: wanted, Current: current}
	}
	return nil
}

// ValidateMinimumResourceVersion is ListStart.Check for a Get: the answer, read at revision current, must not be older than version.
// Errors: ErrInvalidVersion, ErrFuture.
func ValidateMinimumResourceVersion(version string, current uint64) error {
	wanted, err := APIObjectVersioner{}.ParseResourceVersion(version)
	if err != nil {
		return err
	}
	return ListStart{AtLeast: wanted}.Check(current)
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
// goes on at the newest revision. key is ValidateListOptions's.
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

// WatchStart says where a watch begins.
type WatchStart struct {
	After         uint64 // the changes after this revision; 0: after what exists now
	InitialEvents bool   // first an ADDED event for each object that exists
	// InitialEventsEndBookmark: after the initial events comes a bookmark that says so (see AnnotateInitialEventsEndBookmark).
	InitialEventsEndBookmark bool
}

// ValidateWatchOptions turns a watch's options into where it begins. Initial events are of the newest state, which must not be
// older than the version asked for. Error: ErrInvalidVersion. Upstream: etcd3's areInitialEventsRequired and
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

// CheckPreconditions is ErrPrecondition, with a Detail for the client, where obj does not meet p; a nil p is met by
// every object. Upstream: storage.Preconditions.Check.
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
