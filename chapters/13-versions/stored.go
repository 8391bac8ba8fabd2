package versions

import (
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// StorageCodec is the storage codec of c, but keeps each kind of stored in the version given there in place of the hub:
// for who must go back to a server that knows only that one. Whatever version an object was stored in, it is read; the
// next write brings it to the version of today. A version that the kind does not have fails when it is to be written.
// Upstream: serverstorage.ResourceEncodingConfig, and the flag --storage-versions that it once had.
func StorageCodec(c *kinds.Codecs, mediaType string, stored map[schema.GroupKind]schema.GroupVersion) (runtime.Codec, error) {
	codec, err := c.StorageCodec(mediaType)
	if err != nil || len(stored) == 0 {
		return codec, err
	}
	media, err := c.ContentType(mediaType)
	if err != nil {
		return nil, err
	}
	return &storedAs{Codec: codec, codecs: c, form: kinds.Form{Media: media}, stored: stored}, nil
}

// storedAs is a storage codec with exceptions.
type storedAs struct {
	runtime.Codec
	codecs *kinds.Codecs
	form   kinds.Form
	stored map[schema.GroupKind]schema.GroupVersion
}

// Encode writes obj in the version in which its kind is kept.
func (s *storedAs) Encode(obj runtime.Object, w io.Writer) error {
	if cached, ok := obj.(runtime.CacheableObject); ok {
		obj = cached.GetObject()
	}
	version, ok := s.stored[s.kind(obj)]
	if !ok {
		return s.Codec.Encode(obj, w)
	}
	return s.codecs.Encode(w, obj, version, s.form)
}

// kind is obj's, whether obj says so or not.
func (s *storedAs) kind(obj runtime.Object) schema.GroupKind {
	if kind := obj.GetObjectKind().GroupVersionKind(); !kind.Empty() {
		return kind.GroupKind()
	}
	if known, _, err := s.codecs.Scheme.ObjectKinds(obj); err == nil {
		return known[0].GroupKind()
	}
	return schema.GroupKind{}
}

// Identifier tells the encodings apart: what is cached under one is not the other.
func (s *storedAs) Identifier() runtime.Identifier { return s.Codec.Identifier() + ",versions" }
