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

// CBORServingAndStorage is the feature gate of the media type application/cbor. Upstream:
// features.CBORServingAndStorage.
const CBORServingAndStorage = "CBORServingAndStorage"

// SerializerInfo is one row of the table of media types: a name, and how the server reads and writes bodies and streams
// of that media type. Negotiation, watches, patches, discovery, OpenAPI, storage and the limits of bodies use the row;
// none of them has a case for a certain media type. Upstream: runtime.SerializerInfo.
type SerializerInfo struct {
	MediaType string // application/json
	Feature   string // the feature gate that enables the media type; "": none
	Storable  bool   // built-in kinds may be stored in it; see StorageMediaTypes
	Tables    bool   // it can encode a Table, whose cells have any type

	Serializer       runtime.Serializer // reads and writes; drops unknown and duplicate fields
	StrictSerializer runtime.Serializer // reads; returns errors for unknown and duplicate fields
	PrettySerializer runtime.Serializer // writes indented; nil if the format has no indented form

	// StreamSerializer reads and writes one frame of a stream, a metav1.WatchEvent, and Framer splits the stream into
	// frames. Both are nil if the format has no streams.
	StreamSerializer  runtime.Serializer
	Framer            runtime.Framer
	EncodesAsText     bool   // objects are text: WebSocket frames are text messages, not binary ones
	StreamMediaType   string // the name of the stream form in lists of media types; "": the media type with stream=watch
	StreamContentType string // the Content-Type header of a stream; "": StreamMediaType

	// ApplyPatchType is the media type of an apply patch in this format; "": none. Unmarshal and UnmarshalStrict read
	// it into a map; the strict one refuses duplicate fields.
	ApplyPatchType             types.PatchType
	Unmarshal, UnmarshalStrict func(data []byte, into any) error

	// Suffix is the end of other media types in this format, such as those of patches: +json. "": there are none.
	Suffix string
	// checkBody refuses (413) a body that would take much more memory than its bytes; nil: the serializer checks that.
	checkBody func(body []byte, limit int64) error

	// list and prettyList write a *List item by item; nil: a *List is written as its typed list.
	list, prettyList listWriter
}

// listWriter writes a list to w; e encodes one item at a time.
type listWriter func(w io.Writer, l *List, e *encoder) error

// newSerializers returns the table of kube-apiserver's media types for the kinds of a scheme, the preferred one first.
// Upstream: serializer.newSerializersForScheme and cbor.NewSerializerInfo.
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
			StreamContentType: runtime.ContentTypeJSON, // without stream=watch, which old clients do not expect
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
			StrictSerializer: message, // a message has no field names, so none can be misspelt
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

// StorageMediaTypes returns the allowed values of --storage-media-type. CBOR is not allowed: kube-apiserver stores only
// custom resources in it, and cannot read built-in kinds from it. Upstream: options.storageMediaTypes.
func StorageMediaTypes() []string {
	var names []string
	for _, m := range newSerializers(runtime.NewScheme()) {
		if m.Storable {
			names = append(names, m.MediaType)
		}
	}
	return names
}

// HasStream reports whether a watch can be served in this format.
func (m *SerializerInfo) HasStream() bool { return m.StreamSerializer != nil && m.Framer != nil }

// streamMediaType returns the name of the stream form.
func (m *SerializerInfo) streamMediaType() string {
	if m.StreamMediaType == "" {
		return m.MediaType + ";stream=watch"
	}
	return m.StreamMediaType
}

// MediaTypes returns the media types of whole objects and of streams, in the order of the table.
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

// row returns the row of a media type without parameters; nil if it is not served.
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
