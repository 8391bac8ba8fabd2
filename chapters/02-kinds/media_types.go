package kinds

import (
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor"
	cbordirect "k8s.io/apimachinery/pkg/runtime/serializer/cbor/direct"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// CBORServingAndStorage is the feature gate of the media type application/cbor. Upstream: features.CBORServingAndStorage.
const CBORServingAndStorage = "CBORServingAndStorage"

// SerializerInfo is one row of the table of media types: a name, and all that the server does with a body or a stream of
// that name. Negotiation, watches, patches, discovery, OpenAPI, storage and the limits of bodies read the row, and know no
// media type by name. Upstream: runtime.SerializerInfo.
type SerializerInfo struct {
	MediaType string // application/json
	Feature   string // the feature gate that the media type is served behind; "": none
	Storable  bool   // objects of built-in kinds may be stored in it; see StorageMediaTypes
	Tables    bool   // it holds a Table, whose cells are of any type

	Serializer       runtime.Serializer // reads and writes; unknown and duplicate fields are dropped
	StrictSerializer runtime.Serializer // reads; unknown and duplicate fields are errors
	PrettySerializer runtime.Serializer // writes indented; nil where the format has no such form

	// StreamSerializer reads and writes one frame of a stream, a metav1.WatchEvent, and Framer splits the stream into frames.
	// Either is nil where the format has no streams.
	StreamSerializer  runtime.Serializer
	Framer            runtime.Framer
	EncodesAsText     bool   // an object is text: frames are text messages of a WebSocket, not binary ones
	StreamMediaType   string // names a stream where others list it; "": the media type with stream=watch
	StreamContentType string // the header of a stream; "": as StreamMediaType

	// ApplyPatchType is the media type of an applied configuration in this format; "": it has none. Unmarshal and
	// UnmarshalStrict read one into a map; the strict one refuses duplicate fields.
	ApplyPatchType             types.PatchType
	Unmarshal, UnmarshalStrict func(data []byte, into any) error

	// Suffix ends the media types of other bodies in this format, as patches are: +json. "": there are none.
	Suffix string
	// checkBody refuses (413) a body that takes much more memory than its bytes; nil: the serializer does.
	checkBody func(body []byte, limit int64) error

	// list and prettyList write a *List item by item; nil: a *List is written as its typed list.
	list, prettyList listWriter
}

// listWriter writes a list to w, taking one item at a time from e.
type listWriter func(w io.Writer, l *List, e *encoder) error

// newSerializers is the table of the formats that kube-apiserver speaks, the preferred one first, for the kinds of a
// scheme. Upstream: serializer.newSerializersForScheme and cbor.NewSerializerInfo.
func newSerializers(scheme *runtime.Scheme) []SerializerInfo {
	plainJSON, message := newJSON(scheme, json.SerializerOptions{}), newProtobuf(scheme)
	return []SerializerInfo{
		{
			MediaType:         runtime.ContentTypeJSON,
			Storable:          true,
			Tables:            true,
			Serializer:        plainJSON,
			StrictSerializer:  newJSON(scheme, json.SerializerOptions{Strict: true}),
			PrettySerializer:  newJSON(scheme, json.SerializerOptions{Pretty: true}),
			StreamSerializer:  plainJSON,
			Framer:            json.Framer,
			EncodesAsText:     true,
			StreamContentType: runtime.ContentTypeJSON, // frames delimit themselves, and old clients expect the plain name
			Suffix:            "+json",
			checkBody:         checkJSON,
			list:              writeListJSON,
			prettyList:        writeListPretty,
		},
		{
			MediaType:        runtime.ContentTypeYAML,
			Storable:         true,
			Tables:           true,
			EncodesAsText:    true,
			Serializer:       newYAML(scheme, json.SerializerOptions{}),
			StrictSerializer: newYAML(scheme, json.SerializerOptions{Strict: true}),
			ApplyPatchType:   types.ApplyYAMLPatchType,
			Unmarshal:        yaml.Unmarshal,
			UnmarshalStrict:  yaml.UnmarshalStrict,
			Suffix:           "+yaml",
			checkBody:        checkYAML,
			list:             writeListYAML,
		},
		{
			MediaType:        runtime.ContentTypeProtobuf,
			Storable:         true,
			Serializer:       message,
			StrictSerializer: message, // a message has no names that could be misspelt
			StreamSerializer: protobuf.NewRawSerializer(scheme, scheme),
			Framer:           protobuf.LengthDelimitedFramer,
			list:             writeListProtobuf,
		},
		{
			MediaType:        runtime.ContentTypeCBOR,
			Feature:          CBORServingAndStorage,
			Serializer:       cbor.NewSerializer(scheme, scheme),
			StrictSerializer: cbor.NewSerializer(scheme, scheme, cbor.Strict(true)),
			StreamSerializer: cbor.NewSerializer(scheme, scheme, cbor.Transcode(false)),
			Framer:           cbor.NewFramer(),
			StreamMediaType:  runtime.ContentTypeCBORSequence,
			ApplyPatchType:   types.ApplyCBORPatchType,
			Unmarshal:        cbordirect.Unmarshal,
			UnmarshalStrict:  cbordirect.Unmarshal, // duplicate keys are an error in any case
			Suffix:           "+cbor",
			checkBody:        checkCBOR,
		},
	}
}

// StorageMediaTypes are the media types that --storage-media-type may name. CBOR is not among them: kube-apiserver stores
// only custom resources in it, and would not find its way in objects of built-in kinds. Upstream: options.storageMediaTypes.
func StorageMediaTypes() []string {
	var names []string
	for _, m := range newSerializers(runtime.NewScheme()) {
		if m.Storable {
			names = append(names, m.MediaType)
		}
	}
	return names
}

// HasStream tells whether a watch can be answered in this format.
func (m *SerializerInfo) HasStream() bool { return m.StreamSerializer != nil && m.Framer != nil }

// streamMediaType names the stream form of the row.
func (m *SerializerInfo) streamMediaType() string {
	if m.StreamMediaType == "" {
		return m.MediaType + ";stream=watch"
	}
	return m.StreamMediaType
}

// MediaTypes names the formats of whole objects and of streams, in the order of the table.
// Upstream: negotiation.MediaTypesForSerializer.
func (c *Codecs) MediaTypes() (objects, streams []string) {
	for i := range c.SupportedMediaTypes {
		m := &c.SupportedMediaTypes[i]
		objects = append(objects, m.MediaType)
		if m.HasStream() {
			streams = append(streams, m.streamMediaType())
		}
	}
	return objects, streams
}

// row is that of a media type without parameters; nil where it is not served.
func (c *Codecs) row(mediaType string) *SerializerInfo {
	return rowOf(c.SupportedMediaTypes, mediaType)
}

func rowOf(rows []SerializerInfo, mediaType string) *SerializerInfo {
	for i := range rows {
		if rows[i].MediaType == mediaType {
			return &rows[i]
		}
	}
	return nil
}
