package openapi

import (
	"encoding/json"
	"reflect"
	"time"
)

var (
	timeType = reflect.TypeFor[time.Time]()
	reader   = reflect.TypeFor[json.Unmarshaler]()
)

// zero is the default that a type implies: what a Go program reads where nothing is written, unless it can tell nothing
// from zero. Upstream: mustEnforceDefault.
func (v version) zero(t reflect.Type, omitEmpty bool) any {
	if !v.defaults {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Array, reflect.Interface:
		return nil
	case reflect.Struct:
		if t == timeType || reflect.PointerTo(t).Implements(reader) {
			return nil
		}
		if t.NumField() == 1 && t.Field(0).Anonymous {
			return v.zero(t.Field(0).Type, omitEmpty)
		}
		return map[string]any{}
	}
	if omitEmpty {
		return nil
	}
	switch simple[t.Kind()].name {
	case "string":
		return ""
	case "boolean":
		return false
	}
	return 0
}
