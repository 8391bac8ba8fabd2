package registry_test

import (
	"context"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

func TestAStrategyAroundAnotherKeepsItsOptionalInterfaces(t *testing.T) {
	t.Parallel()
	inner := optional{patient{}}
	wrapped := around{around{inner}}
	if graceful, ok := registry.As[registry.RESTGracefulDeleteStrategy](wrapped); !ok || !graceful.CheckGracefulDelete(t.Context(), nil, &metav1.DeleteOptions{}) {
		t.Error("the objects get no time to end")
	}
	if collected, ok := registry.As[registry.GarbageCollectionDeleteStrategy](wrapped); !ok || collected.DefaultGarbageCollectionPolicy(t.Context()) != metav1.DeletePropagationOrphan {
		t.Error("the default propagation policy is lost")
	}
	s := &registry.Store{Strategy: wrapped}
	if got := s.GetResetFields(); len(got) != 1 || got[0][0] != "status" {
		t.Errorf("fields that are reset: %v", got)
	}
	if _, ok := registry.As[interface{ NobodyHasThis() }](wrapped); ok {
		t.Error("an interface that no strategy implements is found")
	}
}

// around embeds a strategy as an interface, which hides all that Strategy does not name.
type around struct{ registry.Strategy }

func (a around) PrepareForUpdate(context.Context, runtime.Object, runtime.Object) {}
func (a around) Unwrap() registry.Strategy                                        { return a.Strategy }

// optional implements what a strategy may, and need not.
type optional struct{ patient }

func (optional) DefaultGarbageCollectionPolicy(context.Context) metav1.DeletionPropagation {
	return metav1.DeletePropagationOrphan
}

func (optional) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }
