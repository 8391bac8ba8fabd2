package cluster

import (
	"cmp"
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	installer "kubepath/chapters/03-installer"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// EventTTL is the setting that says for how long events are kept after their last change; 0: an hour.
type EventTTL time.Duration

// eventStrategy: events come from everywhere, and by PUT too; no garbage collector looks after them, because they go by
// themselves. Upstream: pkg/registry/core/event.
type eventStrategy struct{ registry.Namespaced }

func (eventStrategy) AllowCreateOnUpdate() bool { return true }

// DefaultGarbageCollectionPolicy: events take no part.
func (eventStrategy) DefaultGarbageCollectionPolicy(context.Context) metav1.DeletionPropagation {
	return registry.GarbageCollectionUnsupported
}

func (eventStrategy) Validate(ctx context.Context, obj runtime.Object) field.ErrorList {
	e, old := obj.(*corev1.Event), asksOldEvents(ctx)
	found := validateEvent(e, old)
	if !old {
		found = append(found, validateNewEvent(e)...)
	}
	return found
}

func (eventStrategy) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	e, oldGroup := obj.(*corev1.Event), asksOldEvents(ctx)
	found := validateEvent(e, oldGroup)
	if !oldGroup {
		found = append(found, validateEventChange(e, old.(*corev1.Event))...)
	}
	return found
}

// asksOldEvents: the request is for events of the group without a name, where much is allowed that events.k8s.io
// refuses.
func asksOldEvents(ctx context.Context) bool {
	info, ok := installer.RequestInfoFrom(ctx)
	return ok && info.APIGroup == "" && info.APIVersion == "v1"
}

// expire gives each event its time, anew with each change.
func expire(s *registry.Store, deps *resource.Dependencies) {
	ttl := cmp.Or(time.Duration(resource.Setting[EventTTL](deps)), time.Hour)
	s.TTLFunc = func(runtime.Object, uint64, bool) (uint64, error) { return uint64(ttl.Seconds()), nil }
}

func eventFields(obj runtime.Object) fields.Set {
	e := obj.(*corev1.Event)
	return fields.Set{
		"involvedObject.kind":            e.InvolvedObject.Kind,
		"involvedObject.namespace":       e.InvolvedObject.Namespace,
		"involvedObject.name":            e.InvolvedObject.Name,
		"involvedObject.uid":             string(e.InvolvedObject.UID),
		"involvedObject.apiVersion":      e.InvolvedObject.APIVersion,
		"involvedObject.resourceVersion": e.InvolvedObject.ResourceVersion,
		"involvedObject.fieldPath":       e.InvolvedObject.FieldPath,
		"reason":                         e.Reason,
		"reportingComponent":             e.ReportingController,
		"source":                         cmp.Or(e.Source.Component, e.ReportingController),
		"type":                           e.Type,
	}
}
