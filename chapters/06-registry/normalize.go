package registry

import (
	"reflect"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
)

// normalize gives obj the form in which it will be read again, so that the answer to a write, and to a dry run, is what the
// next read answers: protobuf, in which objects are stored, knows no difference between an empty list and none, and keeps
// bytes that are null as bytes that are empty. Upstream has the same from decoding what it has just encoded.
func normalize(obj runtime.Object) {
	v := reflect.ValueOf(obj)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return
	}
	normalizerOf(v.Type().Elem()).normalize(v.Elem())
}

// normalizer knows for one struct type where to look: few fields of few types differ.
type normalizer struct {
	fields []normalizedField
}

type normalizedField struct {
	index int
	visit func(reflect.Value)
}

var normalizers sync.Map // of *normalizer by reflect.Type: what the types are never changes

func normalizerOf(t reflect.Type) *normalizer {
	if known, ok := normalizers.Load(t); ok {
		return known.(*normalizer)
	}
	s := newNormalizer(t, nil)
	normalizers.Store(t, s)
	return s
}

// newNormalizer looks at a type below those of path, which are not looked at again: none of the API's types needs it.
func newNormalizer(t reflect.Type, path []reflect.Type) *normalizer {
	s := &normalizer{}
	for _, above := range path {
		if above == t {
			return s
		}
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		if visit := fieldNormalizer(f.Type, alwaysInJSON(f), append(path[:len(path):len(path)], t)); visit != nil {
			s.fields = append(s.fields, normalizedField{i, visit})
		}
	}
	return s
}

// alwaysInJSON: the field is in the JSON even where it is empty.
func alwaysInJSON(f reflect.StructField) bool {
	_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	return options == ""
}

// fieldNormalizer is what there is to do with a value of type t; nil: nothing.
func fieldNormalizer(t reflect.Type, shown bool, path []reflect.Type) func(reflect.Value) {
	switch t.Kind() {
	case reflect.Struct:
		if s := newNormalizer(t, path); len(s.fields) > 0 {
			return s.normalize
		}
	case reflect.Pointer:
		if visit := fieldNormalizer(t.Elem(), false, path); visit != nil {
			return func(v reflect.Value) {
				if !v.IsNil() {
					visit(v.Elem())
				}
			}
		}
	case reflect.Slice:
		return sliceNormalizer(t, shown, path)
	case reflect.Map:
		if t.Elem() == reflect.TypeFor[[]byte]() {
			return fillNull
		}
	}
	return nil
}

func sliceNormalizer(t reflect.Type, shown bool, path []reflect.Type) func(reflect.Value) {
	each := fieldNormalizer(t.Elem(), false, path)
	if t.Elem().Kind() == reflect.Uint8 || each == nil && !shown {
		return nil
	}
	return func(v reflect.Value) {
		if shown && v.Len() == 0 && !v.IsNil() {
			v.SetZero()
		}
		for i := 0; each != nil && i < v.Len(); i++ {
			each(v.Index(i))
		}
	}
}

// fillNull makes empty bytes of null ones.
func fillNull(m reflect.Value) {
	for key, value := range m.Seq2() {
		if value.IsNil() {
			m.SetMapIndex(key, reflect.ValueOf([]byte{}))
		}
	}
}

func (s *normalizer) normalize(v reflect.Value) {
	for _, f := range s.fields {
		f.visit(v.Field(f.index))
	}
}
