package resource

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"

	rest "kubepath/chapters/04-rest"
)

// Column is one column of kubectl get.
type Column struct {
	Name        string
	Type        string // "": string
	Format      string // "name" for the column Name
	Description string
	Priority    int32 // 1: only with -o wide
}

// Table has the columns for objects of type T, and the cells of a row. Upstream: the TableHandlers of
// k8s.io/kubernetes/pkg/printers/internalversion.
type Table[T any, P Object[T]] struct {
	Columns []Column
	Cells   func(obj P) []any
	// Conditions of a row (a Pod that has completed); nil: none.
	Conditions func(obj P) []metav1.TableRowCondition
}

// ConvertToTable returns a table with a row for each object.
func (t Table[T, P]) ConvertToTable(_ context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	table := &metav1.Table{ListMeta: rest.TableMeta(obj), Rows: []metav1.TableRow{}}
	if o, ok := options.(*metav1.TableOptions); !ok || !o.NoHeaders {
		for _, c := range t.Columns {
			table.ColumnDefinitions = append(table.ColumnDefinitions, c.definition())
		}
	}
	err := rest.EachObject(obj, func(item runtime.Object) error {
		typed := item.(P)
		row := metav1.TableRow{Cells: t.Cells(typed), Object: runtime.RawExtension{Object: item}}
		if t.Conditions != nil {
			row.Conditions = t.Conditions(typed)
		}
		table.Rows = append(table.Rows, row)
		return nil
	})
	return table, err
}

func (c Column) definition() metav1.TableColumnDefinition {
	kind := c.Type
	if kind == "" {
		kind = "string"
	}
	return metav1.TableColumnDefinition{Name: c.Name, Type: kind, Format: c.Format, Description: c.Description, Priority: c.Priority}
}

// NameColumn returns the column with the object's name.
func NameColumn() Column {
	return Column{Name: "Name", Format: "name", Description: metav1.ObjectMeta{}.SwaggerDoc()["name"]}
}

// AgeColumn returns the column with the object's age.
func AgeColumn() Column {
	return Column{Name: "Age", Description: metav1.ObjectMeta{}.SwaggerDoc()["creationTimestamp"]}
}

// Age returns the time since t in kubectl's form.
func Age(t metav1.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(time.Since(t.Time))
}

// AgeOf returns the age of an object.
func AgeOf(obj runtime.Object) string {
	object, err := meta.Accessor(obj)
	if err != nil {
		return "<unknown>"
	}
	return Age(object.GetCreationTimestamp())
}

// Documented is an API type with descriptions of its fields.
type Documented interface {
	SwaggerDoc() map[string]string
}

// FieldColumn returns a column with the description of a field.
func FieldColumn(name string, of Documented, field string) Column {
	return Column{Name: name, Description: of.SwaggerDoc()[field]}
}

// Wide returns the column with the priority of those for -o wide.
func Wide(c Column) Column {
	c.Priority = 1
	return c
}

// Typed returns the column with another type than string.
func Typed(c Column, kind string) Column {
	c.Type = kind
	return c
}

// The texts of cells without a value.
const (
	None    = "<none>"
	Unset   = "<unset>"
	Unknown = "<unknown>"
)
