package node

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// runtimeStrategy is the strategy of runtime classes: each names a handler of the nodes' container runtime.
// Upstream: pkg/registry/node/runtimeclass.
var runtimeStrategy = resource.SpecStatus[nodev1.RuntimeClass, *nodev1.RuntimeClass]{
	Strategy:                  registry.ClusterScoped{},
	CreateOnUpdate:            true,
	ForbidUnconditionalUpdate: true,
	ValidateFunc: func(_ context.Context, c *nodev1.RuntimeClass) field.ErrorList {
		errs := validate.Required(field.NewPath("handler"), c.Handler)
		if c.Handler != "" {
			errs = validate.Invalid(field.NewPath("handler"), c.Handler, apivalidation.NameIsDNSLabel(c.Handler, false))
		}
		if c.Overhead != nil {
			for _, name := range validate.SortedKeys(c.Overhead.PodFixed) {
				path := field.NewPath("overhead", "limits").Key(string(name))
				errs = append(errs, validate.ContainerResourceName(path, name)...)
				errs = append(errs, validate.ResourceQuantity(path, name, c.Overhead.PodFixed[name])...)
			}
		}
		if c.Scheduling != nil {
			errs = append(errs, validateScheduling(field.NewPath("scheduling"), c.Scheduling)...)
		}
		return errs
	},
	ValidateUpdateFunc: func(_ context.Context, c, old *nodev1.RuntimeClass) field.ErrorList {
		return validate.Immutable(field.NewPath("handler"), c.Handler, old.Handler)
	},
}

// validateScheduling checks the node selector and the tolerations that pods of the class get.
func validateScheduling(path *field.Path, s *nodev1.Scheduling) field.ErrorList {
	errs := metavalidation.ValidateLabels(s.NodeSelector, path.Child("nodeSelector"))
	path = path.Child("tolerations")
	errs = append(errs, podspec.ValidateTolerations(path, s.Tolerations, podspec.Options{})...)
	seen := map[corev1.Toleration]bool{}
	for i, t := range s.Tolerations {
		key := corev1.Toleration{Key: t.Key, Operator: t.Operator, Value: t.Value, Effect: t.Effect}
		if seen[key] {
			errs = append(errs, field.Duplicate(path.Index(i), t))
		}
		seen[key] = true
	}
	return errs
}

var runtimeColumns = resource.Table[nodev1.RuntimeClass, *nodev1.RuntimeClass]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Handler"}, // no description: upstream takes it from the wrong type
		resource.AgeColumn(),
	},
	Cells: func(c *nodev1.RuntimeClass) []any { return []any{c.Name, c.Handler, resource.AgeOf(c)} },
}
