package validate

import (
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Integer is the constraint for integer fields.
type Integer interface{ ~int32 | ~int64 }

// NonNegative: the value is 0 or more.
func NonNegative[N Integer](path *field.Path, n N) field.ErrorList {
	if n >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, int64(n), apivalidation.IsNegativeErrorMsg)}
}

// Positive: the value is 1 or more.
func Positive[N Integer](path *field.Path, n N) field.ErrorList {
	if n > 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, int64(n), "must be greater than zero")}
}

// InRange: the value is from low to high, both included.
func InRange[N Integer](path *field.Path, n N, low, high int) field.ErrorList {
	if int64(n) >= int64(low) && int64(n) <= int64(high) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, n, validation.InclusiveRangeError(low, high))}
}

// PortNumber: the port is from 1 to 65535.
func PortNumber(path *field.Path, port int32) field.ErrorList {
	return Invalid(path, port, validation.IsValidPortNum(int(port)))
}

// PortNumberOrName: the value is a port number, or a valid name for a container's port.
func PortNumberOrName(path *field.Path, port intstr.IntOrString) field.ErrorList {
	if port.Type == intstr.Int {
		return PortNumber(path, port.IntVal)
	}
	return Invalid(path, port.StrVal, validation.IsValidPortName(port.StrVal))
}

// FileMode: the mode has permission bits only; nil is valid.
func FileMode(path *field.Path, mode *int32) field.ErrorList {
	if mode == nil || *mode >= 0 && *mode <= 0o777 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *mode, "must be a number between 0 and 0777 (octal), both inclusive")}
}
