package openapi

import (
	"fmt"
	"reflect"
	"strings"
)

// enum are the values that a type is restricted to; nil: it is not.
func (s sources) enum(t reflect.Type) []enumValue {
	if t.Kind() != reflect.String {
		return nil
	}
	return s.of(t).values
}

// meanings say what each value of an enum means. Upstream: enumType.DescriptionLines.
func meanings(values []enumValue) string {
	var out strings.Builder
	out.WriteString("\n\nPossible enum values:")
	for _, v := range values {
		out.WriteString(strings.TrimRight(fmt.Sprintf("\n - `%q` %s", v.value, v.meaning), " "))
	}
	return out.String()
}
