package validate

import (
	"cmp"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/validate/content"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// The rules of single values. Each takes the path of the field first, then the value, and returns nil for a value that is
// valid.

// Required: the value is not empty.
func Required(path *field.Path, value string) field.ErrorList {
	if value != "" {
		return nil
	}
	return field.ErrorList{field.Required(path, "")}
}

// Supported: the value is one of known; "" is refused unless it is known too.
func Supported[T ~string](path *field.Path, value T, known ...T) field.ErrorList {
	if slices.Contains(known, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, value, known)}
}

// RequiredAndSupported: the value is not empty, and one of known.
func RequiredAndSupported[T ~string](path *field.Path, value T, known ...T) field.ErrorList {
	if value == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return Supported(path, value, known...)
}

// Invalid makes one error of each message that a library's check of a name gave.
func Invalid(path *field.Path, value any, messages []string) field.ErrorList {
	var errs field.ErrorList
	for _, message := range messages {
		errs = append(errs, field.Invalid(path, value, message))
	}
	return errs
}

// Names. Each message about the name is an error.
func DNS1123Subdomain(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, validation.IsDNS1123Subdomain(s))
}
func DNS1123Label(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, validation.IsDNS1123Label(s))
}
func QualifiedName(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, validation.IsQualifiedName(s))
}

// ObjectName: the value can be the name of an object: a DNS subdomain.
func ObjectName(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, apivalidation.NameIsDNSSubdomain(s, false))
}

// RequiredObjectName is ObjectName for a reference that cannot be left out.
func RequiredObjectName(path *field.Path, s string) field.ErrorList {
	if s == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return ObjectName(path, s)
}

// PathSegment: the name can be one segment of a URL path. An empty name is refused with the detail missing.
func PathSegment(path *field.Path, name, missing string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, missing)}
	}
	return Invalid(path, name, content.IsPathSegmentName(name))
}

// IP: the address is valid, and in canonical form; values that are stored already may keep another form.
func IP(path *field.Path, value string, stored ...string) field.ErrorList {
	return validation.IsValidIPForLegacyField(path, value, true, stored)
}

// Immutable: the field equals the one that is stored.
func Immutable(path *field.Path, now, before any) field.ErrorList {
	if equality.Semantic.DeepEqual(now, before) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, now, apivalidation.FieldImmutableErrorMsg)}
}

// SortedKeys are the keys of a map in order, so that the same object always gets the same answer.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// AllOrSome: the list is not empty, and where it has "*", it has nothing else.
func AllOrSome(path *field.Path, list []string, what, missing string) field.ErrorList {
	switch {
	case len(list) == 0:
		return field.ErrorList{field.Required(path, missing)}
	case len(list) > 1 && slices.Contains(list, "*"):
		return field.ErrorList{field.Invalid(path, list, "if '*' is present, must not specify other "+what)}
	}
	return nil
}

// Seen finds repeated values of a list.
type Seen map[string]bool

// Repeated reports whether it was asked about key before.
func (s Seen) Repeated(key string) bool {
	repeated := s[key]
	s[key] = true
	return repeated
}
