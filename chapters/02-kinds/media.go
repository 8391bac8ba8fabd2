package kinds

import (
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

// SerializerInfo is one row of the table of media types: a name and what writes and reads it.
// Upstream: runtime.SerializerInfo.
type SerializerInfo struct {
	MediaType        string             // application/json
	Serializer       runtime.Serializer // reads and writes; unknown and duplicate fields are dropped
	StrictSerializer runtime.Serializer // reads; unknown and duplicate fields are errors
	PrettySerializer runtime.Serializer // writes indented; nil where the format has no such form
	StreamSerializer runtime.Serializer // reads and writes one frame of a stream
	Framer           runtime.Framer     // splits a stream into frames; nil where the format has no streams

	// list and prettyList write a *List item by item; nil: a *List is written as its typed list.
	list, prettyList listWriter
}

// listWriter writes a list to w, taking one item at a time from e.
type listWriter func(w io.Writer, l *List, e *encoding) error

// MediaTypes returns the table of the formats that kube-apiserver speaks, the preferred one first.
// Upstream: serializer.newSerializersForScheme.
func MediaTypes(scheme *runtime.Scheme) []SerializerInfo {
	lenient := newJSON(scheme, json.SerializerOptions{})
	proto := newProtobuf(scheme)
	return []SerializerInfo{
		{
			MediaType:        runtime.ContentTypeJSON,
			Serializer:       lenient,
			StrictSerializer: newJSON(scheme, json.SerializerOptions{Strict: true}),
			PrettySerializer: newJSON(scheme, json.SerializerOptions{Pretty: true}),
			StreamSerializer: lenient,
			Framer:           json.Framer,

			list:       writeListJSON,
			prettyList: writeListPretty,
		},
		{
			MediaType:        runtime.ContentTypeYAML,
			Serializer:       newYAML(scheme, json.SerializerOptions{}),
			StrictSerializer: newYAML(scheme, json.SerializerOptions{Strict: true}),

			list: writeListYAML,
		},
		{
			MediaType:        runtime.ContentTypeProtobuf,
			Serializer:       proto,
			StrictSerializer: proto, // a message has no names that could be misspelt
			StreamSerializer: protobuf.NewRawSerializer(scheme, scheme),
			Framer:           protobuf.LengthDelimitedFramer,

			list: writeListProtobuf,
		},
	}
}

// types lists the names of the rows, for errors; streams: of those that have a stream form.
func (c *Codecs) types(streams bool) []string {
	var names []string
	for i := range c.SupportedMediaTypes {
		switch m := &c.SupportedMediaTypes[i]; {
		case !streams:
			names = append(names, m.MediaType)
		case m.Framer != nil:
			names = append(names, m.MediaType+streamWatch)
		}
	}
	return names
}
