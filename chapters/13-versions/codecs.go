package versions

import (
	"fmt"

	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

// Install makes codecs those of a server: what they decode is complete and in its hub version, and they write it in
// every version that it has. The codecs of clients stay as they are; codecs that have a table of versions already keep it.
func Install(c *kinds.Codecs) {
	if c.Converter != nil {
		return
	}
	RegisterDefaults(c.Scheme)
	addFieldNames(c.Scheme)
	c.Converter = NewConverter(c.Scheme)
}

// NewCodecs are the codecs of a server that knows every kind.
func NewCodecs() *kinds.Codecs {
	c := kinds.NewCodecs(kinds.NewScheme())
	Install(c)
	return c
}

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
