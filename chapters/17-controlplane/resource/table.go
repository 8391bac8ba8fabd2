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

// Column is one column of the table that kubectl get prints.
type Column struct {
	Name        string
	Type        string // "": string
	Format      string // "name" for the first one
	Description string
	Priority    int32 // 1: only with -o wide
}

// Table shows objects of type T: the definitions of the columns and the cells of a row. Upstream: the TableHandlers of
// k8s.io/kubernetes/pkg/printers/internalversion.
type Table[T any, P Object[T]] struct {
	Columns []Column
	Cells   func(obj P) []any
	// Conditions of a row (a Pod that has completed); nil: none.
	Conditions func(obj P) []metav1.TableRowCondition
}

// ConvertToTable makes a row of each object.
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

// NameColumn and AgeColumn stand in almost every table.
func NameColumn() Column {
	return Column{Name: "Name", Format: "name", Description: metav1.ObjectMeta{}.SwaggerDoc()["name"]}
}

func AgeColumn() Column {
	return Column{Name: "Age", Description: metav1.ObjectMeta{}.SwaggerDoc()["creationTimestamp"]}
}

// Age is the time since t as kubectl shows it.
func Age(t metav1.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(time.Since(t.Time))
}

// AgeOf is the age of an object.
func AgeOf(obj runtime.Object) string {
	object, err := meta.Accessor(obj)
	if err != nil {
		return "<unknown>"
	}
	return Age(object.GetCreationTimestamp())
}

// Documented is a type of the API: its fields have descriptions.
type Documented interface {
	SwaggerDoc() map[string]string
}

// FieldColumn shows a field, and is described as the field is.
func FieldColumn(name string, of Documented, field string) Column {
	return Column{Name: name, Description: of.SwaggerDoc()[field]}
}

// Wide is a column that is shown only with -o wide.
func Wide(c Column) Column {
	c.Priority = 1
	return c
}

// Typed is a column that holds something else than text.
func Typed(c Column, kind string) Column {
	c.Type = kind
	return c
}

// What cells hold where there is nothing to show.
const (
	None    = "<none>"
	Unset   = "<unset>"
	Unknown = "<unknown>"
)
