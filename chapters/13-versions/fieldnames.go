package versions

import (
	"fmt"

	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// eventFields are the fields by which a client of events.k8s.io may select, each with its name in the hub, where fields
// are compared. Upstream: AddFieldLabelConversionsForEvent.
var eventFields = map[string]string{
	"metadata.name":             "metadata.name",
	"metadata.namespace":        "metadata.namespace",
	"reason":                    "reason",
	"type":                      "type",
	"reportingController":       "reportingComponent",
	"regarding.kind":            "involvedObject.kind",
	"regarding.namespace":       "involvedObject.namespace",
	"regarding.name":            "involvedObject.name",
	"regarding.uid":             "involvedObject.uid",
	"regarding.apiVersion":      "involvedObject.apiVersion",
	"regarding.resourceVersion": "involvedObject.resourceVersion",
	"regarding.fieldPath":       "involvedObject.fieldPath",
}

// addFieldNames teaches the scheme to translate the field selectors of a served version into those of the hub.
func addFieldNames(scheme *runtime.Scheme) {
	translate := func(field, value string) (string, string, error) {
		if name, ok := eventFields[field]; ok {
			return name, value, nil
		}
		return "", "", fmt.Errorf("field label not supported: %s", field)
	}
	_ = scheme.AddFieldLabelConversionFunc(eventsv1.SchemeGroupVersion.WithKind("Event"), translate) // never fails
}
