package cluster

import (
	"cmp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"kubepath/chapters/17-controlplane/resource"
)

// eventColumns is what kubectl get events shows. Upstream: printEvent.
var eventColumns = resource.Table[corev1.Event, *corev1.Event]{
	Columns: []resource.Column{
		column("Last Seen", corev1.Event{}, "lastTimestamp"),
		column("Type", corev1.Event{}, "type"),
		column("Reason", corev1.Event{}, "reason"),
		column("Object", corev1.Event{}, "involvedObject"),
		wide(column("Subobject", corev1.ObjectReference{}, "fieldPath")),
		wide(column("Source", corev1.Event{}, "source")),
		column("Message", corev1.Event{}, "message"),
		wide(column("First Seen", corev1.Event{}, "firstTimestamp")),
		wide(column("Count", corev1.Event{}, "count")),
		wide(resource.NameColumn()),
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

// eventTimes: an event of the new kind has one time, and its repetitions in a series.
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

// eventSource names who reported the event, as old or new events say it.
func eventSource(e *corev1.Event) string {
	component, instance := cmp.Or(e.Source.Component, e.ReportingController), cmp.Or(e.Source.Host, e.ReportingInstance)
	if instance == "" {
		return component
	}
	return component + ", " + instance
}
