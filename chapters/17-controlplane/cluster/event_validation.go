package cluster

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateEvent is what events of both groups must be. One with an eventTime is of the new kind. Upstream:
// legacyValidateEvent.
func validateEvent(e *corev1.Event, oldGroup bool) field.ErrorList {
	var found field.ErrorList
	about := e.InvolvedObject.Namespace
	elsewhere := field.Invalid(field.NewPath("involvedObject", "namespace"), about, "does not match event.namespace")
	if e.EventTime.IsZero() {
		if about != e.Namespace && (about != "" || e.Namespace != metav1.NamespaceDefault) {
			found = append(found, elsewhere)
		}
	} else {
		if about == "" && e.Namespace != metav1.NamespaceDefault && e.Namespace != metav1.NamespaceSystem {
			found = append(found, elsewhere)
		}
		found = append(found, validateEventTexts(e, oldGroup)...)
	}
	return append(found, isSubdomain(field.NewPath("namespace"), e.Namespace)...)
}

// validateEventTexts: who reports and why is said, and briefly.
func validateEventTexts(e *corev1.Event, oldGroup bool) field.ErrorList {
	reporter := field.NewPath("reportingController")
	if oldGroup {
		reporter = field.NewPath("reportingComponent")
	}
	found := required(reporter, e.ReportingController)
	found = append(found, isQualified(reporter, e.ReportingController)...)
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
			found = append(found, required(path, text.value)...)
		}
		if len(text.value) > text.most {
			found = append(found, field.Invalid(path, "", fmt.Sprintf("can have at most %v characters", text.most)))
		}
	}
	return found
}

// validateNewEvent is what events.k8s.io demands of a new event: none of the fields that it calls deprecated.
// Upstream: ValidateEventCreate.
func validateNewEvent(e *corev1.Event) field.ErrorList {
	found := validateSeries(e.Series)
	if e.EventTime.IsZero() {
		found = append(found, field.Required(field.NewPath("eventTime"), ""))
	}
	if e.Type != corev1.EventTypeNormal && e.Type != corev1.EventTypeWarning {
		found = append(found, field.Invalid(field.NewPath("type"), "", fmt.Sprintf("has invalid value: %v", e.Type)))
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
			found = append(found, field.Invalid(field.NewPath(deprecated.name), "", "needs to be unset"))
		}
	}
	return found
}

func validateSeries(s *corev1.EventSeries) field.ErrorList {
	if s == nil {
		return nil
	}
	var found field.ErrorList
	if s.Count < 2 {
		found = append(found, field.Invalid(field.NewPath("series.count"), "", "should be at least 2"))
	}
	if s.LastObservedTime.IsZero() {
		found = append(found, field.Required(field.NewPath("series.lastObservedTime"), ""))
	}
	return found
}

// validateEventChange: in events.k8s.io an event only ever gets a series. Upstream: ValidateEventUpdate.
func validateEventChange(e, old *corev1.Event) field.ErrorList {
	var found field.ErrorList
	if !equality.Semantic.DeepEqual(e.Series, old.Series) {
		found = append(found, validateSeries(e.Series)...)
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
		{"reason", e.Reason, old.Reason}, // upstream looks at it twice
		{"type", e.Type, old.Type},
		{"eventTime", microseconds(e.EventTime), microseconds(old.EventTime)},
		{"action", e.Action, old.Action},
		{"related", e.Related, old.Related},
		{"reportingController", e.ReportingController, old.ReportingController},
		{"reportingInstance", e.ReportingInstance, old.ReportingInstance},
	} {
		found = append(found, unchanged(field.NewPath(f.name), f.now, f.before)...)
	}
	return found
}

// microseconds is as exact as a time is stored.
func microseconds(t metav1.MicroTime) metav1.MicroTime {
	return metav1.NewMicroTime(t.Truncate(time.Microsecond).UTC())
}
