package controlplane

import (
	"reflect"
	"testing"

	registry "kubepath/chapters/06-registry"
)

func TestNoStrategyOfTheTableHidesWhatTheOneBelowItImplements(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, group := range Groups() {
		for _, resource := range group.Resources {
			for _, strategy := range []registry.Strategy{resource.Strategy, resource.Status} {
				if strategy != nil && embedsStrategy(reflect.TypeOf(strategy)) {
					seen++
					if _, ok := strategy.(interface{ Unwrap() registry.Strategy }); !ok {
						t.Errorf("%s: %T embeds a registry.Strategy and has no method Unwrap: it hides optional interfaces", resource.Name, strategy)
					}
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no strategy of the table embeds another one")
	}
}

// embedsStrategy tells whether a struct embeds a Strategy as an interface.
func embedsStrategy(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && (f.Type == reflect.TypeFor[registry.Strategy]() || embedsStrategy(f.Type)) {
			return true
		}
	}
	return false
}
