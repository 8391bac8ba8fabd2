package versions

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
)

// RegisterDefaults adds the defaults of every kind that has some to a server's scheme: from then on a decoded object, from a
// client or from storage, is complete. A client's scheme has none, or it would send what it did not mean to say.
// Upstream: RegisterDefaults of each package below k8s.io/kubernetes/pkg/apis.
func RegisterDefaults(scheme *runtime.Scheme) {
	for _, d := range allDefaults() {
		scheme.AddTypeDefaultingFunc(d.of, d.set)
	}
}

// allDefaults are the tables of the groups.
func allDefaults() []defaulter {
	return slices.Concat(
		coreDefaults, appsDefaults, batchDefaults, autoscalingDefaults, networkingDefaults, storageDefaults, schedulingDefaults,
		accessDefaults, admissionDefaults, resourceDefaults, oldDefaults,
	)
}

// defaulter is one row of a group's table: set completes an object of the type that of has.
type defaulter struct {
	of  runtime.Object
	set func(obj any)
}

// object is a pointer to an API type T.
type object[T any] interface {
	*T
	runtime.Object
}

// on is the row of the type that set takes.
func on[T any, P object[T]](set func(P)) defaulter {
	return defaulter{of: P(new(T)), set: func(obj any) { set(obj.(P)) }}
}

// fill gives a field that says nothing its default.
func fill[T comparable](field *T, value T) {
	var nothing T
	if *field == nothing {
		*field = value
	}
}

// point is fill for a field that distinguishes nothing from zero. The value is the object's own.
func point[T any](field **T, value T) {
	if *field == nil {
		own := value // allocated only here
		*field = &own
	}
}
