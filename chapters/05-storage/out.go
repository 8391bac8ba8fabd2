package storage

import (
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

// SetZeroValue leaves out zero: the answer of a Get that ignores a missing object.
func SetZeroValue(out runtime.Object) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *kinds.ResultPointer:
		out.Object = nil
		return nil
	}
	return runtime.SetZeroValue(out)
}
