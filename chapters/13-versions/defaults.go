package versions

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
)

// RegisterDefaults adds the defaults of every kind to a server's scheme: from then on decoded objects, from clients and
// from storage, have their defaults. A client's scheme has none: the client would send fields that the user did not
// set. Upstream: RegisterDefaults of each package below k8s.io/kubernetes/pkg/apis.
func RegisterDefaults(scheme *runtime.Scheme) {
	for _, d := range allDefaults() {
		scheme.AddTypeDefaultingFunc(d.of, d.set)
	}
}

// allDefaults returns the rows of all groups.
func allDefaults() []defaulter {
	return slices.Concat(
		coreDefaults, appsDefaults, batchDefaults, autoscalingDefaults, networkingDefaults, storageDefaults, schedulingDefaults,
		accessDefaults, admissionDefaults, resourceDefaults, removedVersionDefaults,
	)
}

// defaulter is one row of a group's table: set fills in the defaults of an object of of's type.
type defaulter struct {
	of  runtime.Object
	set func(obj any)
}

// object is a pointer to an API type T.
type object[T any] interface {
	*T
	runtime.Object
}

// defaulterFor returns the row of the type that set takes.
func defaulterFor[T any, P object[T]](set func(P)) defaulter {
	return defaulter{of: P(new(T)), set: func(obj any) { set(obj.(P)) }}
}

// setDefault sets a field that has its zero value.
func setDefault[T comparable](field *T, value T) {
	var nothing T
	if *field == nothing {
		*field = value
	}
}

// setDefaultPointer is setDefault for a pointer, for which zero is not the same as absent. The object gets its own copy
// of the value.
func setDefaultPointer[T any](field **T, value T) {
	if *field == nil {
		own := value // allocated only here
		*field = &own
	}
}
