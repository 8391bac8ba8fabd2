package cluster

import (
	"kubepath/chapters/17-controlplane/resource"
)

// documented is a type of the API: its fields have descriptions.
type documented interface {
	SwaggerDoc() map[string]string
}

// column shows a field, and is described as the field is.
func column(name string, of documented, field string) resource.Column {
	return resource.Column{Name: name, Description: of.SwaggerDoc()[field]}
}

// wide is a column that is shown only with -o wide.
func wide(c resource.Column) resource.Column {
	c.Priority = 1
	return c
}

// typed is a column that holds something else than text.
func typed(c resource.Column, kind string) resource.Column {
	c.Type = kind
	return c
}

// or is what p points to, or otherwise where it points to nothing.
func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
