package registry

import (
	"context"

	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var (
	_ Strategy = Namespaced{}
	_ Strategy = ClusterScoped{}
)

// Namespaced is the strategy of an ordinary resource whose objects live in a namespace, to be embedded: names are
// DNS subdomains, every content is valid, a PUT without resourceVersion overwrites and a PUT never creates.
type Namespaced struct{ ordinary }

// NamespaceScoped is true.
func (Namespaced) NamespaceScoped() bool { return true }

// ClusterScoped is Namespaced for objects that live beside the namespaces.
type ClusterScoped struct{ ordinary }

// NamespaceScoped is false.
func (ClusterScoped) NamespaceScoped() bool { return false }

// ordinary holds the answers that do not depend on the scope.
type ordinary struct{}

func (ordinary) PrepareForCreate(context.Context, runtime.Object)                 {}
func (ordinary) Validate(context.Context, runtime.Object) field.ErrorList         { return nil }
func (ordinary) WarningsOnCreate(context.Context, runtime.Object) []string        { return nil }
func (ordinary) Canonicalize(runtime.Object)                                      {}
func (ordinary) AllowCreateOnUpdate() bool                                        { return false }
func (ordinary) AllowUnconditionalUpdate() bool                                   { return true }
func (ordinary) PrepareForUpdate(_ context.Context, _, _ runtime.Object)          {}
func (ordinary) WarningsOnUpdate(_ context.Context, _, _ runtime.Object) []string { return nil }

func (ordinary) ValidateUpdate(_ context.Context, _, _ runtime.Object) field.ErrorList { return nil }

func (ordinary) ValidateName(name string, prefix bool) []string {
	return validation.NameIsDNSSubdomain(name, prefix)
}
