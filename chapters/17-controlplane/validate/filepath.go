package validate

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// NoBacksteps: no segment of a file path is "..". Upstream: validatePathNoBacksteps.
func NoBacksteps(path *field.Path, target string) field.ErrorList {
	if !slices.Contains(strings.Split(target, "/"), "..") {
		return nil
	}
	return field.ErrorList{field.Invalid(path, target, "must not contain '..'")}
}

// LocalDescendingPath: the file path is relative and has no segment "..". Upstream: validateLocalDescendingPath.
func LocalDescendingPath(path *field.Path, target string) field.ErrorList {
	var errs field.ErrorList
	if strings.HasPrefix(target, "/") {
		errs = append(errs, field.Invalid(path, target, "must be a relative path"))
	}
	return append(errs, NoBacksteps(path, target)...)
}

// LocalNonReservedPath is LocalDescendingPath for files that a kubelet writes: names that begin with ".." are reserved for
// the kubelet. Upstream: validateLocalNonReservedPath.
func LocalNonReservedPath(path *field.Path, target string) field.ErrorList {
	errs := LocalDescendingPath(path, target)
	if strings.HasPrefix(target, "..") && !strings.HasPrefix(target, "../") {
		errs = append(errs, field.Invalid(path, target, "must not start with '..'"))
	}
	return errs
}
