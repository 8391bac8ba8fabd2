package versions

import (
	"fmt"

	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

// Install adds defaults and conversions to the codecs of a server: they decode to the hub version, with defaults, and
// encode to any version of the kind. Codecs of clients need neither. Codecs that have a Converter already are not
// changed.
func Install(c *kinds.Codecs) {
	if c.Converter != nil {
		return
	}
	RegisterDefaults(c.Scheme)
	addFieldLabelConversions(c.Scheme)
	c.Converter = NewConverter(c.Scheme)
}

// NewCodecs returns the codecs of a server that knows every kind.
func NewCodecs() *kinds.Codecs {
	c := kinds.NewCodecs(kinds.NewScheme())
	Install(c)
	return c
}

// eventFields maps the field labels of events.k8s.io to those of the hub, with which selectors are evaluated. Upstream:
// AddFieldLabelConversionsForEvent.
var eventFieldLabels = map[string]string{
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

// addFieldLabelConversions adds the conversion of field selectors from a served version to the hub.
func addFieldLabelConversions(scheme *runtime.Scheme) {
	translate := func(field, value string) (string, string, error) {
		if name, ok := eventFieldLabels[field]; ok {
			return name, value, nil
		}
		return "", "", fmt.Errorf("field label not supported: %s", field)
	}
	_ = scheme.AddFieldLabelConversionFunc(eventsv1.SchemeGroupVersion.WithKind("Event"), translate) // returns no error
}
