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

// The rules for single values. Each takes the path of the field, then the value; nil means that the value is valid.

// Required: the value is not empty.
func Required(path *field.Path, value string) field.ErrorList {
	if value != "" {
		return nil
	}
	return field.ErrorList{field.Required(path, "")}
}

// Supported: the value is one of known. "" is refused unless it is one of known.
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

// Invalid makes one error of each message. Messages come from functions such as validation.IsDNS1123Label.
func Invalid(path *field.Path, value any, messages []string) field.ErrorList {
	var errs field.ErrorList
	for _, message := range messages {
		errs = append(errs, field.Invalid(path, value, message))
	}
	return errs
}

// DNS1123Subdomain: the value is a DNS subdomain: labels in lower case, separated by dots.
func DNS1123Subdomain(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, validation.IsDNS1123Subdomain(s))
}

// DNS1123Label: the value is a DNS label in lower case.
func DNS1123Label(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, validation.IsDNS1123Label(s))
}

// QualifiedName: the value is a name, or domain/name, as the keys of labels are.
func QualifiedName(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, validation.IsQualifiedName(s))
}

// ObjectName: the value is a valid name for most objects: a DNS subdomain.
func ObjectName(path *field.Path, s string) field.ErrorList {
	return Invalid(path, s, apivalidation.NameIsDNSSubdomain(s, false))
}

// RequiredObjectName: the value is not empty, and an ObjectName.
func RequiredObjectName(path *field.Path, s string) field.ErrorList {
	if s == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return ObjectName(path, s)
}

// PathSegment: the name is a valid segment of a URL path. missing is the detail of the error for an empty name.
func PathSegment(path *field.Path, name, missing string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, missing)}
	}
	return Invalid(path, name, content.IsPathSegmentName(name))
}

// IP: the address is valid and in canonical form. Addresses in stored may have another form: they are in the object
// already.
func IP(path *field.Path, value string, stored ...string) field.ErrorList {
	return validation.IsValidIPForLegacyField(path, value, true, stored)
}

// Immutable: the value equals the stored one.
func Immutable(path *field.Path, now, before any) field.ErrorList {
	if equality.Semantic.DeepEqual(now, before) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, now, apivalidation.FieldImmutableErrorMsg)}
}

// SortedKeys returns the keys of a map in order, so that the errors of an object are always in the same order.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// AllOrSome: the list is not empty; "*" stands alone in it. what names the items, missing is the detail for an empty list.
func AllOrSome(path *field.Path, list []string, what, missing string) field.ErrorList {
	switch {
	case len(list) == 0:
		return field.ErrorList{field.Required(path, missing)}
	case len(list) > 1 && slices.Contains(list, "*"):
		return field.ErrorList{field.Invalid(path, list, "if '*' is present, must not specify other "+what)}
	}
	return nil
}

// Seen finds duplicates in a list.
type Seen map[string]bool

// Repeated reports whether it was asked about key before.
func (s Seen) Repeated(key string) bool {
	repeated := s[key]
	s[key] = true
	return repeated
}
