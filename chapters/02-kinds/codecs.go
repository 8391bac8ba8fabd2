package kinds

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Codecs reads and writes the objects of one scheme in every media type of the table.
// Upstream: serializer.CodecFactory.
type Codecs struct {
	Scheme              *runtime.Scheme
	SupportedMediaTypes []SerializerInfo // the media types that are served

	readable []SerializerInfo // the media types that stored objects may have: all
	features []string

	// Converter converts served versions of a kind to the hub version and back. Nil: each kind has one version.
	// Chapter 13 has an implementation.
	Converter Converter
}

// Converter converts objects between the served versions of their kind and the hub: the one version that the server
// works with and stores. Upstream: internal versions and runtime.ObjectConvertor.
type Converter interface {
	// Hub returns the hub version of a served kind.
	Hub(served schema.GroupVersionKind) schema.GroupVersionKind
	// Convert returns obj in the version of target, which has obj's kind; obj itself if nothing changes.
	Convert(obj runtime.Object, target schema.GroupVersionKind) (runtime.Object, error)
	// Normalize changes obj, which is in its hub version and has its defaults, to canonical form: of fields with two
	// notations for one value, it keeps one notation. It returns an error for an invalid value. It does not write to an
	// object that is normalized already.
	Normalize(obj runtime.Object) error
	// FieldAnnotations returns the annotations of a hub that hold the values of fields of other versions. They are not
	// shown where only the metadata of an object is served.
	FieldAnnotations(hub schema.GroupVersionKind) []string
}

// NewCodecs returns codecs for scheme with JSON, YAML and protobuf, in this order of preference, and with the media
// types of the given feature gates. Upstream: serializer.NewCodecFactory.
func NewCodecs(scheme *runtime.Scheme, features ...string) *Codecs {
	c := &Codecs{Scheme: scheme, readable: newSerializers(scheme), features: features}
	for _, m := range c.readable {
		if m.Feature == "" || slices.Contains(features, m.Feature) {
			c.SupportedMediaTypes = append(c.SupportedMediaTypes, m)
		}
	}
	return c
}

// ForScheme returns codecs for the kinds of another scheme, in the same media types. Each kind has one version.
func (c *Codecs) ForScheme(scheme *runtime.Scheme) *Codecs { return NewCodecs(scheme, c.features...) }

// WithoutFeatures returns the codecs without the media types of feature gates. Discovery (/api, /apis and the documents
// of groups) is never served in those.
func (c *Codecs) WithoutFeatures() *Codecs {
	plain := *c
	plain.features = nil
	plain.SupportedMediaTypes = slices.DeleteFunc(slices.Clone(c.SupportedMediaTypes), func(m SerializerInfo) bool { return m.Feature != "" })
	return &plain
}

// FieldAnnotations returns the annotations that hold field values in objects that are served as kind.
func (c *Codecs) FieldAnnotations(kind schema.GroupVersionKind) []string {
	if c.Converter == nil {
		return nil
	}
	return c.Converter.FieldAnnotations(c.Converter.Hub(kind))
}

// hub returns the hub version of a kind.
func (c *Codecs) hub(kind schema.GroupVersionKind) schema.GroupVersionKind {
	if c.Converter == nil {
		return kind
	}
	return c.Converter.Hub(kind)
}

// convert returns obj, whose kind is from, as target. The result may be obj itself, so it is read-only if obj is.
func (c *Codecs) convert(obj runtime.Object, from, target schema.GroupVersionKind) (runtime.Object, error) {
	if c.Converter == nil || from == target {
		return obj, nil
	}
	return c.Converter.Convert(obj, target)
}
