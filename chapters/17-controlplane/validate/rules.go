package validate

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

// Required: the value is there.
func Required(path *field.Path, value string) field.ErrorList {
	if value != "" {
		return nil
	}
	return field.ErrorList{field.Required(path, "")}
}

// Supported: the value is one of those that are known.
func Supported[T ~string](path *field.Path, value T, known ...T) field.ErrorList {
	if slices.Contains(known, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, value, known)}
}

// RequiredAndSupported: the value is there, and one of those that are known.
func RequiredAndSupported[T ~string](path *field.Path, value T, known ...T) field.ErrorList {
	if value == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return Supported(path, value, known...)
}

// Invalid makes an error of each message about a value.
func Invalid(path *field.Path, value any, messages []string) field.ErrorList {
	var found field.ErrorList
	for _, message := range messages {
		found = append(found, field.Invalid(path, value, message))
	}
	return found
}

// The forms of names.
func DNS1123Subdomain(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, validation.IsDNS1123Subdomain(s))
}
func DNS1123Label(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, validation.IsDNS1123Label(s))
}
func QualifiedName(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, validation.IsQualifiedName(s))
}

// ObjectName: some object may have the name.
func ObjectName(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, apivalidation.NameIsDNSSubdomain(s, false))
}

// Immutable: the field is as it was.
func Immutable(path *field.Path, now, before any) field.ErrorList {
	if equality.Semantic.DeepEqual(now, before) {
		return nil
	}
	if t := reflect.Indirect(reflect.ValueOf(now)); t.Kind() == reflect.Struct {
		now = resource.InternalForm(now)
	}
	return field.ErrorList{field.Invalid(path, now, apivalidation.FieldImmutableErrorMsg)}
}

// SortedKeys are the pairs of a map in the order of the keys, so that the same object always gets the same answer.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// AllOrSome: the list has something, and where it has "*", nothing else.
func AllOrSome(at *field.Path, list []string, what, missing string) field.ErrorList {
	switch {
	case len(list) == 0:
		return field.ErrorList{field.Required(at, missing)}
	case len(list) > 1 && slices.Contains(list, "*"):
		return field.ErrorList{field.Invalid(at, list, "if '*' is present, must not specify other "+what)}
	}
	return nil
}
