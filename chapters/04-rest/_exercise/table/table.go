package exercise

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"kubepath/internal/tools/exercise"
)

// Table shows ConfigMaps: name, number of entries, age.
type Table struct{}

// ConvertToTable shows one ConfigMap or a list of them. options are a *metav1.TableOptions, or nil.
func (Table) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	// TODO(you): the table's metadata, its columns, and a row for each object.
	return nil, exercise.ErrTODO
}
