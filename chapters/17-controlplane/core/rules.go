package core

import (
	"slices"
	"strings"

	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// The rules that many fields share. Each returns nil for a value that is right.

// required: the value is there.
func required(path *field.Path, value string) field.ErrorList {
	if value != "" {
		return nil
	}
	return field.ErrorList{field.Required(path, "")}
}

// oneOf: the value is there, and one of those that are known.
func oneOf[T ~string](path *field.Path, value T, known ...T) field.ErrorList {
	if value == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return among(path, value, known...)
}

// among: the value is one of those that are known, which "" may be too.
func among[T ~string](path *field.Path, value T, known ...T) field.ErrorList {
	if slices.Contains(known, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, value, known)}
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
func isLabel(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, validation.IsDNS1123Label(s))
}
func isSubdomain(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, validation.IsDNS1123Subdomain(s))
}
func isQualified(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, validation.IsQualifiedName(s))
}

// isObjectName: some object may have the name.
func isObjectName(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, apivalidation.NameIsDNSSubdomain(s, false))
}

// namedOrRequired is isObjectName for a reference that cannot be left out.
func namedOrRequired(path *field.Path, s string) field.ErrorList {
	if s == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return isObjectName(path, s)
}

// notNegative: the number is 0 or more.
func notNegative[N ~int32 | ~int64](path *field.Path, n N) field.ErrorList {
	if n >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, int64(n), apivalidation.IsNegativeErrorMsg)}
}

// positive: the number is 1 or more.
func positive[N ~int32 | ~int64](path *field.Path, n N) field.ErrorList {
	if n > 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, int64(n), "must be greater than zero")}
}

// within: the number lies between two others, or is one of them.
func within[N ~int32 | ~int64](path *field.Path, n N, low, high int) field.ErrorList {
	if int64(n) >= int64(low) && int64(n) <= int64(high) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, n, validation.InclusiveRangeError(low, high))}
}

// isFileMode: permissions, and nothing beyond.
func isFileMode(path *field.Path, mode *int32) field.ErrorList {
	if mode == nil || *mode >= 0 && *mode <= 0o777 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *mode, "must be a number between 0 and 0777 (octal), both inclusive")}
}

// staysBelow: no step of the path leads up.
func staysBelow(path *field.Path, target string) field.ErrorList {
	if !slices.Contains(strings.Split(target, "/"), "..") {
		return nil
	}
	return field.ErrorList{field.Invalid(path, target, "must not contain '..'")}
}

// isRelative: the path leads from a directory down.
func isRelative(path *field.Path, target string) field.ErrorList {
	var found field.ErrorList
	if strings.HasPrefix(target, "/") {
		found = append(found, field.Invalid(path, target, "must be a relative path"))
	}
	return append(found, staysBelow(path, target)...)
}

// isFileName is isRelative for files that a kubelet writes, which keeps names that begin with two dots for itself.
func isFileName(path *field.Path, target string) field.ErrorList {
	found := isRelative(path, target)
	if strings.HasPrefix(target, "..") && !strings.HasPrefix(target, "../") {
		found = append(found, field.Invalid(path, target, "must not start with '..'"))
	}
	return found
}

// isIP: the address, in the one way in which addresses are written now.
func isIP(path *field.Path, value string, stored ...string) field.ErrorList {
	return validation.IsValidIPForLegacyField(path, value, true, stored)
}

// seen remembers what it was asked about.
type seen map[string]bool

// again reports whether it has been asked about key before.
func (s seen) again(key string) bool {
	known := s[key]
	s[key] = true
	return known
}

func deref[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
