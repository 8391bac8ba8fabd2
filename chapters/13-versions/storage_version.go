package versions

import (
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// NewStorageCodec returns a storage codec that encodes the kinds of the given versions in these versions, not in their
// hubs, so that an older server, which knows only these, can read them. Other kinds are encoded as storedInBeta says, or
// else in their hub. The codec decodes every version; the next write of an object changes its stored version. A version
// that no kind has is an error. Upstream: serverstorage.ResourceEncodingConfig, and the flag --storage-versions that it
// once had.
func NewStorageCodec(c *kinds.Codecs, mediaType string, versions ...schema.GroupVersion) (runtime.Codec, error) {
	codec, err := c.StorageCodec(mediaType)
	if err != nil {
		return nil, err
	}
	media, err := c.NegotiateInputSerializer(mediaType)
	if err != nil {
		return nil, err
	}
	stored := map[schema.GroupKind]schema.GroupVersion{}
	for _, kind := range storedInBeta {
		stored[kind.GroupKind()] = kind.GroupVersion()
	}
	for _, version := range versions {
		if !c.Scheme.IsVersionRegistered(version) {
			return nil, fmt.Errorf("nothing can be stored as %s: no kind has that version", version)
		}
		for kind := range c.Scheme.KnownTypes(version) {
			served := version.WithKind(kind)
			stored[c.Converter.Hub(served).GroupKind()] = version
		}
	}
	id := runtime.Identifier(fmt.Sprintf("%s,versions%v", codec.Identifier(), versions))
	return &storageVersionCodec{Codec: codec, codecs: c, form: kinds.MediaTypeOptions{SerializerInfo: media}, stored: stored, id: id}, nil
}

// StorageKind returns the kind and version in which a codec of NewStorageCodec encodes the objects of a hub. Upstream:
// rest.StorageVersionProvider of each Store.
func StorageKind(codec runtime.Codec, hub schema.GroupVersionKind) schema.GroupVersionKind {
	if s, ok := codec.(*storageVersionCodec); ok {
		if version, ok := s.stored[hub.GroupKind()]; ok {
			return version.WithKind(hub.Kind)
		}
	}
	return hub
}

// storageVersionCodec is a storage codec that encodes some kinds in another version than their hub.
type storageVersionCodec struct {
	runtime.Codec
	codecs *kinds.Codecs
	form   kinds.MediaTypeOptions
	stored map[schema.GroupKind]schema.GroupVersion // by the hub's kind
	id     runtime.Identifier
}

// Encode writes obj in the version in which its kind is stored.
func (s *storageVersionCodec) Encode(obj runtime.Object, w io.Writer) error {
	obj = kinds.Unwrap(obj)
	version, ok := s.stored[s.kind(obj)]
	if !ok {
		return s.Codec.Encode(obj, w)
	}
	return s.codecs.Encode(w, obj, version, s.form)
}

// kind returns the kind of obj, from its apiVersion and kind or, if they are empty, from its Go type.
func (s *storageVersionCodec) kind(obj runtime.Object) schema.GroupKind {
	if kind := obj.GetObjectKind().GroupVersionKind(); !kind.Empty() {
		return kind.GroupKind()
	}
	if known, _, err := s.codecs.Scheme.ObjectKinds(obj); err == nil {
		return known[0].GroupKind()
	}
	return schema.GroupKind{}
}

// Identifier distinguishes the encodings: it is the key under which encoded objects are cached.
func (s *storageVersionCodec) Identifier() runtime.Identifier { return s.id }
