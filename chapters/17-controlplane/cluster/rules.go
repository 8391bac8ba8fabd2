package cluster

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// The rules that many fields share. Each returns nil for a value that is right.

// required: the value is there.
func required(path *field.Path, value string) field.ErrorList {
	if value != "" {
		return nil
	}
	return field.ErrorList{field.Required(path, "")}
}

// among: the value is one of those that are known.
func among[T ~string](path *field.Path, value T, known ...T) field.ErrorList {
	if slices.Contains(known, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, value, known)}
}

// oneOf: the value is there, and one of those that are known.
func oneOf[T ~string](path *field.Path, value T, known ...T) field.ErrorList {
	if value == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return among(path, value, known...)
}

// wrong makes an error of each message about a value.
func wrong(path *field.Path, value any, messages []string) field.ErrorList {
	var found field.ErrorList
	for _, message := range messages {
		found = append(found, field.Invalid(path, value, message))
	}
	return found
}

// The forms of names.
func isSubdomain(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, validation.IsDNS1123Subdomain(s))
}
func isLabel(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, validation.IsDNS1123Label(s))
}
func isQualified(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, validation.IsQualifiedName(s))
}

// isObjectName: some object may have the name.
func isObjectName(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, apivalidation.NameIsDNSSubdomain(s, false))
}

// unchanged: the field is as it was.
func unchanged(path *field.Path, now, before any) field.ErrorList {
	if equality.Semantic.DeepEqual(now, before) {
		return nil
	}
	if t := reflect.Indirect(reflect.ValueOf(now)); t.Kind() == reflect.Struct {
		now = resource.InternalForm(now)
	}
	return field.ErrorList{field.Invalid(path, now, apivalidation.FieldImmutableErrorMsg)}
}

// sorted are the pairs of a map in the order of the keys, so that the same object always gets the same answer.
func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
