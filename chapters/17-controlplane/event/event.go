package event

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	installer "kubepath/chapters/03-installer"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// TTL is the setting for how long events are kept after their last change; 0: one hour.
type TTL time.Duration

// eventStrategy is the strategy of events. A PUT can create them, and they expire, so garbage collection does not apply.
// Upstream: pkg/registry/core/event.
type eventStrategy struct{ registry.Namespaced }

func (eventStrategy) AllowCreateOnUpdate() bool { return true }

// DefaultGarbageCollectionPolicy is unsupported.
func (eventStrategy) DefaultGarbageCollectionPolicy(context.Context) metav1.DeletionPropagation {
	return registry.GarbageCollectionUnsupported
}

func (eventStrategy) Validate(ctx context.Context, obj runtime.Object) field.ErrorList {
	e, old := obj.(*corev1.Event), asksOldEvents(ctx)
	errs := validateEvent(e, old)
	if !old {
		errs = append(errs, validateNewEvent(e)...)
	}
	return errs
}

func (eventStrategy) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	e, oldGroup := obj.(*corev1.Event), asksOldEvents(ctx)
	errs := validateEvent(e, oldGroup)
	if !oldGroup {
		errs = append(errs, validateEventChange(e, old.(*corev1.Event))...)
	}
	return errs
}

// asksOldEvents reports whether the request is for v1 of the core group. Its validation is less strict than that of
// events.k8s.io.
func asksOldEvents(ctx context.Context) bool {
	info, ok := installer.RequestInfoFrom(ctx)
	return ok && info.APIGroup == "" && info.APIVersion == "v1"
}

// expire sets the time to live. Each update starts it again.
func expire(s *registry.Store, deps *resource.Dependencies) {
	ttl := cmp.Or(time.Duration(resource.Setting[TTL](deps)), time.Hour)
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

// eventColumns are the columns of kubectl get events. Upstream: printEvent.
var eventColumns = resource.Table[corev1.Event, *corev1.Event]{
	Columns: []resource.Column{
		resource.FieldColumn("Last Seen", corev1.Event{}, "lastTimestamp"),
		resource.FieldColumn("Type", corev1.Event{}, "type"),
		resource.FieldColumn("Reason", corev1.Event{}, "reason"),
		resource.FieldColumn("Object", corev1.Event{}, "involvedObject"),
		resource.Wide(resource.FieldColumn("Subobject", corev1.ObjectReference{}, "fieldPath")),
		resource.Wide(resource.FieldColumn("Source", corev1.Event{}, "source")),
		resource.FieldColumn("Message", corev1.Event{}, "message"),
		resource.Wide(resource.FieldColumn("First Seen", corev1.Event{}, "firstTimestamp")),
		resource.Wide(resource.FieldColumn("Count", corev1.Event{}, "count")),
		resource.Wide(resource.NameColumn()),
	},
	Cells: func(e *corev1.Event) []any {
		first, last, count := eventTimes(e)
		object := strings.ToLower(e.InvolvedObject.Kind)
		if e.InvolvedObject.Name != "" {
			object += "/" + e.InvolvedObject.Name
		}
		return []any{last, e.Type, e.Reason, object, e.InvolvedObject.FieldPath, eventSource(e), strings.TrimSpace(e.Message), first,
			int64(count), e.Name}
	},
}

// eventTimes returns the cells First Seen, Last Seen and Count. An event of events.k8s.io has eventTime and a series
// instead of timestamps and count.
func eventTimes(e *corev1.Event) (first, last string, count int32) {
	first, last, count = resource.Age(e.FirstTimestamp), resource.Age(e.LastTimestamp), e.Count
	if e.FirstTimestamp.IsZero() {
		first = since(e.EventTime.Time)
	}
	if e.LastTimestamp.IsZero() {
		last = first
	}
	switch {
	case e.Series != nil:
		last, count = since(e.Series.LastObservedTime.Time), e.Series.Count
	case count == 0:
		count = 1
	}
	return first, last, count
}

func since(t time.Time) string { return resource.Age(metav1.NewTime(t)) }

// eventSource returns the reporting component and instance, which the two groups have in different fields.
func eventSource(e *corev1.Event) string {
	component, instance := cmp.Or(e.Source.Component, e.ReportingController), cmp.Or(e.Source.Host, e.ReportingInstance)
	if instance == "" {
		return component
	}
	return component + ", " + instance
}

// validateEvent holds the rules of both groups. An event with eventTime needs the fields of events.k8s.io in both.
// Upstream: legacyValidateEvent.
func validateEvent(e *corev1.Event, oldGroup bool) field.ErrorList {
	var errs field.ErrorList
	about := e.InvolvedObject.Namespace
	elsewhere := field.Invalid(field.NewPath("involvedObject", "namespace"), about, "does not match event.namespace")
	if e.EventTime.IsZero() {
		if about != e.Namespace && (about != "" || e.Namespace != metav1.NamespaceDefault) {
			errs = append(errs, elsewhere)
		}
	} else {
		if about == "" && e.Namespace != metav1.NamespaceDefault && e.Namespace != metav1.NamespaceSystem {
			errs = append(errs, elsewhere)
		}
		errs = append(errs, validateEventTexts(e, oldGroup)...)
	}
	return append(errs, validate.DNS1123Subdomain(field.NewPath("namespace"), e.Namespace)...)
}

// validateEventTexts: the reporter, action and reason are set, and no text is too long.
func validateEventTexts(e *corev1.Event, oldGroup bool) field.ErrorList {
	reporter := field.NewPath("reportingController")
	if oldGroup {
		reporter = field.NewPath("reportingComponent")
	}
	errs := validate.Required(reporter, e.ReportingController)
	errs = append(errs, validate.QualifiedName(reporter, e.ReportingController)...)
	for _, text := range []struct {
		name, value string
		needed      bool
		most        int
	}{
		{"reportingInstance", e.ReportingInstance, true, 128},
		{"action", e.Action, true, 128},
		{"reason", e.Reason, true, 128},
		{"message", e.Message, false, 1024},
	} {
		path := field.NewPath(text.name)
		if text.needed {
			errs = append(errs, validate.Required(path, text.value)...)
		}
		if len(text.value) > text.most {
			errs = append(errs, field.Invalid(path, "", fmt.Sprintf("can have at most %v characters", text.most)))
		}
	}
	return errs
}

// validateNewEvent holds the rules of events.k8s.io for create: eventTime is set, and no deprecated field.
// Upstream: ValidateEventCreate.
func validateNewEvent(e *corev1.Event) field.ErrorList {
	errs := validateSeries(e.Series)
	if e.EventTime.IsZero() {
		errs = append(errs, field.Required(field.NewPath("eventTime"), ""))
	}
	if e.Type != corev1.EventTypeNormal && e.Type != corev1.EventTypeWarning {
		errs = append(errs, field.Invalid(field.NewPath("type"), "", fmt.Sprintf("has invalid value: %v", e.Type)))
	}
	for _, deprecated := range []struct {
		name string
		set  bool
	}{
		{"firstTimestamp", !e.FirstTimestamp.IsZero()},
		{"lastTimestamp", !e.LastTimestamp.IsZero()},
		{"count", e.Count != 0},
		{"source", e.Source != corev1.EventSource{}},
	} {
		if deprecated.set {
			errs = append(errs, field.Invalid(field.NewPath(deprecated.name), "", "needs to be unset"))
		}
	}
	return errs
}

func validateSeries(s *corev1.EventSeries) field.ErrorList {
	if s == nil {
		return nil
	}
	var errs field.ErrorList
	if s.Count < 2 {
		errs = append(errs, field.Invalid(field.NewPath("series.count"), "", "should be at least 2"))
	}
	if s.LastObservedTime.IsZero() {
		errs = append(errs, field.Required(field.NewPath("series.lastObservedTime"), ""))
	}
	return errs
}

// validateEventChange holds the rules of events.k8s.io for update: only the series may change. Upstream:
// ValidateEventUpdate.
func validateEventChange(e, old *corev1.Event) field.ErrorList {
	var errs field.ErrorList
	if !equality.Semantic.DeepEqual(e.Series, old.Series) {
		errs = append(errs, validateSeries(e.Series)...)
	}
	for _, f := range []struct {
		name        string
		now, before any
	}{
		{"involvedObject", e.InvolvedObject, old.InvolvedObject},
		{"reason", e.Reason, old.Reason},
		{"message", e.Message, old.Message},
		{"source", e.Source, old.Source},
		{"firstTimestamp", e.FirstTimestamp, old.FirstTimestamp},
		{"lastTimestamp", e.LastTimestamp, old.LastTimestamp},
		{"count", e.Count, old.Count},
		{"reason", e.Reason, old.Reason}, // upstream checks it twice
		{"type", e.Type, old.Type},
		{"eventTime", microseconds(e.EventTime), microseconds(old.EventTime)},
		{"action", e.Action, old.Action},
		{"related", e.Related, old.Related},
		{"reportingController", e.ReportingController, old.ReportingController},
		{"reportingInstance", e.ReportingInstance, old.ReportingInstance},
	} {
		errs = append(errs, validate.Immutable(field.NewPath(f.name), f.now, f.before)...)
	}
	return errs
}

// microseconds rounds a time down to microseconds, the precision in which it is stored.
func microseconds(t metav1.MicroTime) metav1.MicroTime {
	return metav1.NewMicroTime(t.Truncate(time.Microsecond).UTC())
}
