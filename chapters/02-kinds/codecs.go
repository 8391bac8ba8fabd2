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
	SupportedMediaTypes []SerializerInfo // those that are served

	readable []SerializerInfo // those that may be found in storage: all
	features []string

	// Converter turns served versions of a kind into the one that the server works with and back. Nil: each kind
	// has one version. Chapter 13 brings one.
	Converter Converter
}

// Converter knows, for each kind, the version that the server works with and stores (the hub), and the way there and
// back. Upstream: internal versions and runtime.ObjectConvertor.
type Converter interface {
	// Hub is the version that the server works with for a served kind.
	Hub(served schema.GroupVersionKind) schema.GroupVersionKind
	// Convert returns obj in the version of target, which has obj's kind; obj itself where nothing changes.
	Convert(obj runtime.Object, target schema.GroupVersionKind) (runtime.Object, error)
	// Normalize makes of obj, which is in its hub version and complete, what the server works with: fields that say the
	// same thing in another way are brought into one form. It fails where one of them makes no sense. An object that is
	// normalized already is only read.
	Normalize(obj runtime.Object) error
	// FieldAnnotations are annotations of a hub that stand for fields: metadata alone does not show them.
	FieldAnnotations(hub schema.GroupVersionKind) []string
}

// NewCodecs returns codecs for scheme with JSON, YAML and protobuf, in this order of preference, and with the media types
// behind the feature gates that are switched on. Upstream: serializer.NewCodecFactory.
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

// WithoutFeatures returns the codecs without the media types that a feature gate has switched on: /api, /apis and the
// documents of groups never come in those.
func (c *Codecs) WithoutFeatures() *Codecs {
	plain := *c
	plain.features = nil
	plain.SupportedMediaTypes = slices.DeleteFunc(slices.Clone(c.SupportedMediaTypes), func(m SerializerInfo) bool { return m.Feature != "" })
	return &plain
}

// FieldAnnotations are the annotations that stand for fields of objects that are served as kind.
func (c *Codecs) FieldAnnotations(kind schema.GroupVersionKind) []string {
	if c.Converter == nil {
		return nil
	}
	return c.Converter.FieldAnnotations(c.Converter.Hub(kind))
}

// hub is the version of a kind that the server works with.
func (c *Codecs) hub(kind schema.GroupVersionKind) schema.GroupVersionKind {
	if c.Converter == nil {
		return kind
	}
	return c.Converter.Hub(kind)
}

// convert returns obj, whose kind is from, as target. What it returns may be obj itself, so it is read-only if obj is.
func (c *Codecs) convert(obj runtime.Object, from, target schema.GroupVersionKind) (runtime.Object, error) {
	if c.Converter == nil || from == target {
		return obj, nil
	}
	return c.Converter.Convert(obj, target)
}
