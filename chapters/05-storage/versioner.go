package storage

import (
	"errors"
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

// APIObjectVersioner is the Versioner for objects and lists with ObjectMeta or ListMeta: a *kinds.List, typed lists,
// and shared objects (runtime.CacheableObject), which it only reads. Upstream: storage.APIObjectVersioner.
type APIObjectVersioner struct{}

var _ Versioner = APIObjectVersioner{}

// UpdateObject sets the object's resource version; version 0 clears it.
func (APIObjectVersioner) UpdateObject(obj runtime.Object, version uint64) error {
	m, err := writableMeta(obj)
	if err != nil {
		return err
	}
	text := ""
	if version != 0 {
		text = strconv.FormatUint(version, 10)
	}
	m.SetResourceVersion(text)
	return nil
}

// UpdateList sets the list's resource version, continue token and remaining count. Version 0 is an error, because every
// list is read at some version.
func (APIObjectVersioner) UpdateList(list runtime.Object, version uint64, next string, remaining *int64) error {
	if version == 0 {
		return errors.New("a list without a resource version")
	}
	m, err := meta.ListAccessor(list)
	if err != nil {
		return err
	}
	m.SetResourceVersion(strconv.FormatUint(version, 10))
	m.SetContinue(next)
	m.SetRemainingItemCount(remaining)
	return nil
}

// PrepareObjectForStorage clears the resource version and the self link.
func (APIObjectVersioner) PrepareObjectForStorage(obj runtime.Object) error {
	m, err := writableMeta(obj)
	if err != nil {
		return err
	}
	m.SetResourceVersion("")
	m.SetSelfLink("")
	return nil
}

// ObjectResourceVersion returns the object's resource version; 0 if it has none. An invalid number is strconv's error.
func (APIObjectVersioner) ObjectResourceVersion(obj runtime.Object) (uint64, error) {
	m, err := readOnlyMeta(obj)
	if err != nil {
		return 0, err
	}
	version := m.GetResourceVersion()
	if version == "" {
		return 0, nil
	}
	return strconv.ParseUint(version, 10, 64)
}

// ParseResourceVersion parses the version of a request: "" and "0" are 0.
func (APIObjectVersioner) ParseResourceVersion(version string) (uint64, error) {
	if version == "" || version == "0" {
		return 0, nil
	}
	v, err := strconv.ParseUint(version, 10, 64)
	if err != nil {
		return 0, &Error{
			Err:    ErrInvalidVersion,
			Detail: fmt.Sprintf("resourceVersion: Invalid value: %q: %v", version, err),
		}
	}
	return v, nil
}

// writableMeta returns the object's metadata. A shared object is an error: it is read-only.
func writableMeta(obj runtime.Object) (metav1.Object, error) {
	if m, ok := obj.(metav1.Object); ok {
		return m, nil
	}
	if _, shared := obj.(runtime.CacheableObject); shared {
		return nil, fmt.Errorf("a %T is shared and read-only", obj)
	}
	return meta.Accessor(obj)
}

// readOnlyMeta returns the object's metadata, which the caller must not change.
func readOnlyMeta(obj runtime.Object) (metav1.Object, error) {
	if m, ok := obj.(metav1.Object); ok {
		return m, nil
	}
	obj = kinds.Unwrap(obj)
	return meta.Accessor(obj)
}
