package storage

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// CheckPreconditions is ErrPrecondition, with a Detail for the client, where obj does not meet p; a nil p is met by
// every object. Upstream: storage.Preconditions.Check.
func CheckPreconditions(key string, p *metav1.Preconditions, obj runtime.Object) error {
	if p == nil {
		return nil
	}
	m, err := readable(obj)
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
