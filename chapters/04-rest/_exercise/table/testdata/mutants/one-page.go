package exercise

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"

	rest "kubepath/chapters/04-rest"
)

// Table shows ConfigMaps: name, number of entries, age.
type Table struct{}

var columns = []metav1.TableColumnDefinition{
	{Name: "Name", Type: "string", Format: "name"},
	{Name: "Data", Type: "string"},
	{Name: "Age", Type: "string"},
}

// ConvertToTable shows one ConfigMap or a list of them. options are a *metav1.TableOptions, or nil.
func (Table) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	table := &metav1.Table{}
	if o, ok := options.(*metav1.TableOptions); !ok || !o.NoHeaders {
		table.ColumnDefinitions = columns
	}
	err := rest.EachObject(obj, func(item runtime.Object) error {
		m, ok := item.(*corev1.ConfigMap)
		if !ok {
			return fmt.Errorf("a %T is no ConfigMap", item)
		}
		table.Rows = append(table.Rows, metav1.TableRow{
			Cells:  []any{m.Name, int64(len(m.Data) + len(m.BinaryData)), age(m.CreationTimestamp)},
			Object: runtime.RawExtension{Object: m},
		})
		return nil
	})
	return table, err
}

func age(created metav1.Time) string {
	if created.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(time.Since(created.Time))
}
