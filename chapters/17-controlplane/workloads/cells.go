package workloads

import (
	"fmt"

	"kubepath/chapters/17-controlplane/core"
	"kubepath/chapters/17-controlplane/resource"
)

// wide are the columns that -o wide adds: what the template's containers are, and which pods are meant.
func wide(selector string) []resource.Column {
	return append(core.TemplateColumns(), resource.Column{Name: "Selector", Priority: 1, Description: selector})
}

// outOf is the cell "2/3".
func outOf(have int32, wanted *int32) string { return fmt.Sprintf("%d/%d", have, valueOf(wanted)) }

// made points to what *p points to, which it makes where there is nothing.
func made[T any](p **T) *T {
	if *p == nil {
		*p = new(T)
	}
	return *p
}
