package storage

import (
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// WatchEventFor returns the event of a change from old (nil: created) to current (nil: deleted) for a watcher with
// predicate p: the type, "" for no event, and the object. The object is current itself or, for a DELETED event, old
// itself, on which the caller sets the resource version of the change.
//
//	                   current matches   does not, or is nil
//	old matches        MODIFIED          DELETED (with old)
//	does not, or nil   ADDED             no event
//
// With an empty predicate, old is not read unless current is nil: any object may be passed instead of it.
// Upstream: etcd3's watchChan.transform.
func WatchEventFor(p SelectionPredicate, old, current runtime.Object) (watch.EventType, runtime.Object, error) {
	before, err := p.matchesExisting(old)
	if err != nil {
		return "", nil, err
	}
	now, err := p.matchesExisting(current)
	if err != nil {
		return "", nil, err
	}
	switch {
	case before && now:
		return watch.Modified, current, nil
	case now:
		return watch.Added, current, nil
	case before:
		return watch.Deleted, old, nil
	}
	return "", nil, nil
}

func (p SelectionPredicate) matchesExisting(obj runtime.Object) (bool, error) {
	if obj == nil {
		return false, nil
	}
	return p.Matches(obj)
}

// Bookmark returns the BOOKMARK event for a watch that has sent all changes up to version. obj is an empty object of
// the resource's kind.
func Bookmark(obj runtime.Object, version uint64) (watch.Event, error) {
	err := APIObjectVersioner{}.UpdateObject(obj, version)
	return watch.Event{Type: watch.Bookmark, Object: obj}, err
}

// AnnotateInitialEventsEndBookmark marks a bookmark as the end of the initial events, for clients that requested
// sendInitialEvents. Upstream: storage.AnnotateInitialEventsEndBookmark.
func AnnotateInitialEventsEndBookmark(bookmark runtime.Object) error {
	m, err := writableMeta(bookmark)
	if err != nil {
		return err
	}
	annotations := m.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[metav1.InitialEventsAnnotationKey] = "true"
	m.SetAnnotations(annotations)
	return nil
}

// WatchExpired returns the error for a watch at a compacted version.
func WatchExpired() error { return &Error{Err: ErrExpired, Detail: watchTooOld} }

// ErrorEvent returns the last event of a watch: it has err as a Status, which is 410 Gone if err is ErrExpired.
func ErrorEvent(err error) watch.Event {
	var status *apierrors.StatusError
	var ours *Error
	switch {
	case errors.As(err, &status):
	case errors.Is(err, ErrExpired) && errors.As(err, &ours) && ours.Detail != "":
		status = apierrors.NewResourceExpired(ours.Detail)
	case errors.Is(err, ErrExpired):
		status = apierrors.NewResourceExpired(watchTooOld)
	default:
		status = apierrors.NewInternalError(err)
	}
	return watch.Event{Type: watch.Error, Object: &status.ErrStatus}
}
