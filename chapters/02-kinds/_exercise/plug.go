package exercise

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	"kubepath/internal/tools/exercise"
)

// Plug has a Reader read every JSON body that the server gets.
func Plug() exercise.Plug { return exercise.Plug{Codecs: readWithReader} }

// readWithReader changes the rows of JSON in chapter 2's table.
func readWithReader(codecs *kinds.Codecs) {
	for i := range codecs.SupportedMediaTypes {
		m := &codecs.SupportedMediaTypes[i]
		if m.MediaType != runtime.ContentTypeJSON {
			continue
		}
		m.Serializer = serializer{m.Serializer.(recognizing), &Reader{Scheme: codecs.Scheme}}
		m.StrictSerializer = serializer{m.StrictSerializer.(recognizing), &Reader{Scheme: codecs.Scheme, Strict: true}}
	}
}

// recognizing is what the table's own serializers are: they also know whether bytes are theirs.
type recognizing interface {
	runtime.Serializer
	RecognizesData(data []byte) (ok, unknown bool, err error)
}

// serializer reads with the Reader, and writes as the real one.
type serializer struct {
	recognizing
	reader *Reader
}

func (s serializer) Decode(data []byte, implied *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	if into != nil { // the caller knows the type: nothing to find out
		return s.recognizing.Decode(data, implied, into)
	}
	if implied == nil {
		implied = &schema.GroupVersionKind{}
	}
	obj, kind, err := s.reader.Read(data, *implied)
	if kind.Empty() {
		return obj, nil, err
	}
	return obj, &kind, err
}
