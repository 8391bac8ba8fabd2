package registry

import (
	"reflect"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
)

// normalize gives obj the form that it has after it is stored and read, so that a write, also a dry run, returns what the
// next read returns. Objects are stored as protobuf, which reads an empty list as nil, and nil bytes as empty bytes.
// Upstream decodes the bytes that it has just encoded.
func normalize(obj runtime.Object) {
	v := reflect.ValueOf(obj)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return
	}
	normalizerOf(v.Type().Elem()).normalize(v.Elem())
}

// normalizer lists the fields of one struct type that may need a change: few fields of few types.
type normalizer struct {
	fields []normalizedField
}

type normalizedField struct {
	index int
	visit func(reflect.Value)
}

var normalizers sync.Map // reflect.Type -> *normalizer

func normalizerOf(t reflect.Type) *normalizer {
	if known, ok := normalizers.Load(t); ok {
		return known.(*normalizer)
	}
	s := newNormalizer(t, nil)
	normalizers.Store(t, s)
	return s
}

// newNormalizer builds the normalizer of a type that is nested in those of path. A type that contains itself gets no
// fields: no recursive type of the API needs any.
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

// alwaysInJSON reports whether JSON has the field even if it is empty.
func alwaysInJSON(f reflect.StructField) bool {
	_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	return options == ""
}

// fieldNormalizer returns the function that normalizes a value of type t; nil: there is nothing to do.
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

// fillNull replaces nil values by empty bytes.
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
