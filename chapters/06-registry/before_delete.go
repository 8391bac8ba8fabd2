package registry

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
)

// grace is what a delete means for the end of an object in one state. The zero value: no time is given.
type grace struct {
	// pending: the object is ending already, and the request does not shorten that.
	pending bool
	// until, where not nil, is when the object's time is over; seconds is that time's length. Both are to be stored
	// before anything else happens, so that who runs the object (a kubelet) learns of it.
	until   *metav1.Time
	seconds int64
	first   bool // nobody has asked for the deletion before
}

// beforeDelete decides, and changes nothing but options. Upstream: rest.BeforeDelete.
//
// Errors: Invalid (options), Conflict (preconditions).
func (s *Store) beforeDelete(ctx context.Context, obj runtime.Object, o *metav1.DeleteOptions) (grace, error) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return grace{}, err
	}
	if faults := validation.ValidateDeleteOptions(o); len(faults) > 0 {
		kind := schema.GroupKind{Group: metav1.GroupName, Kind: "DeleteOptions"}
		return grace{}, rest.NewInvalid(kind, "", faults)
	}
	if err := s.checkDeletePreconditions(m, o.Preconditions); err != nil {
		return grace{}, err
	}
	o.GracePeriodSeconds = notNegative(o.GracePeriodSeconds)
	strategy, ok := s.Strategy.(RESTGracefulDeleteStrategy)
	switch {
	case !ok:
		return grace{}, nil
	case m.GetDeletionTimestamp() != nil:
		return shorten(m, o), nil
	case !strategy.CheckGracefulDelete(ctx, obj, o):
		return grace{}, nil
	}
	until := metav1.NewTime(s.now().Add(seconds(*o.GracePeriodSeconds)))
	return grace{until: &until, seconds: *o.GracePeriodSeconds, first: true}, nil
}

// shorten is the second delete of an object: it may only bring the end nearer.
func shorten(m metav1.Object, o *metav1.DeleteOptions) grace {
	given := notNegative(m.GetDeletionGracePeriodSeconds())
	if given == nil || *given == 0 {
		return grace{} // its time is over, and whoever should have removed it did not
	}
	if o.GracePeriodSeconds == nil || *o.GracePeriodSeconds >= *given {
		return grace{pending: true}
	}
	asked := m.GetDeletionTimestamp().Add(-seconds(*given))
	until := metav1.NewTime(asked.Add(seconds(*o.GracePeriodSeconds)))
	return grace{until: &until, seconds: *o.GracePeriodSeconds}
}

// give stores in the object what was decided.
func (g grace) give(m metav1.Object) {
	if g.first {
		raiseGeneration(m)
	}
	m.SetDeletionTimestamp(g.until)
	m.SetDeletionGracePeriodSeconds(&g.seconds)
}

// markDeleting is give for an object that gets no time but is held by finalizers, whose owners watch for the timestamp.
// Upstream: markAsDeleting.
func markDeleting(m metav1.Object, now metav1.Time) {
	asked := m.GetDeletionTimestamp()
	if asked == nil {
		raiseGeneration(m)
	}
	if asked == nil || asked.After(now.Time) {
		m.SetDeletionTimestamp(&now)
	}
	m.SetDeletionGracePeriodSeconds(new(int64))
}

// raiseGeneration tells controllers that what is wanted has changed: that the object goes. An object that counts no
// generations has none.
func raiseGeneration(m metav1.Object) {
	if generation := m.GetGeneration(); generation > 0 {
		m.SetGeneration(generation + 1)
	}
}

// checkDeletePreconditions looks at what was read, so that a client that is wrong hears so before anything is written.
// The storage checks them again as it writes.
func (s *Store) checkDeletePreconditions(m metav1.Object, p *metav1.Preconditions) error {
	if p == nil {
		return nil
	}
	var unmet error
	switch {
	case p.UID != nil && *p.UID != m.GetUID():
		unmet = fmt.Errorf("the UID in the precondition (%s) does not match the UID in record (%s). "+
			"The object might have been deleted and then recreated", *p.UID, m.GetUID())
	case p.ResourceVersion != nil && *p.ResourceVersion != m.GetResourceVersion():
		unmet = fmt.Errorf("the ResourceVersion in the precondition (%s) does not match the ResourceVersion in record (%s). "+
			"The object might have been modified", *p.ResourceVersion, m.GetResourceVersion())
	default:
		return nil
	}
	// the kind, not the resource, as upstream answers
	return apierrors.NewConflict(schema.GroupResource{Group: s.Kind.Group, Resource: s.Kind.Kind}, m.GetName(), unmet)
}

// notNegative reads a negative period as one second.
func notNegative(period *int64) *int64 {
	if period != nil && *period < 0 {
		second := int64(1)
		return &second
	}
	return period
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }
