package scheduling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// highestPriority is the maximum value of a user's class. Higher values are for system classes.
const highestPriority = int32(1_000_000_000)

// SystemPriorityClasses returns the classes that every cluster has. Clients cannot delete them or change their values.
// Upstream: schedulingapiv1.SystemPriorityClasses.
func SystemPriorityClasses() []*schedulingv1.PriorityClass {
	class := func(name string, value int32, description string) *schedulingv1.PriorityClass {
		return &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Value: value, Description: description}
	}
	return []*schedulingv1.PriorityClass{
		class("system-node-critical", 2*highestPriority+1000,
			"Used for system critical pods that must not be moved from their current node."),
		class("system-cluster-critical", 2*highestPriority,
			"Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
	}
}

// priorityStrategy is the strategy of priority classes. The value is immutable. The generation is always 1, as upstream.
// Upstream: pkg/registry/scheduling/priorityclass.
type priorityStrategy struct {
	resource.SpecStatus[schedulingv1.PriorityClass, *schedulingv1.PriorityClass]
}

var priorities = priorityStrategy{resource.SpecStatus[schedulingv1.PriorityClass, *schedulingv1.PriorityClass]{
	Strategy: registry.ClusterScoped{},
}}

func (priorityStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	obj.(*schedulingv1.PriorityClass).Generation = 1
}

func (priorityStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	c := obj.(*schedulingv1.PriorityClass)
	var errs field.ErrorList
	if strings.HasPrefix(c.Name, "system-") {
		if err := knownSystemClass(c); err != nil {
			errs = append(errs, field.Forbidden(field.NewPath("metadata", "name"),
				"priority class names with 'system-' prefix are reserved for system use only. error: "+err.Error()))
		}
	} else if c.Value > highestPriority {
		errs = append(errs, field.Forbidden(field.NewPath("value"),
			fmt.Sprintf("maximum allowed value of a user defined priority is %v", highestPriority)))
	}
	if c.PreemptionPolicy != nil {
		errs = append(errs, validate.RequiredAndSupported(field.NewPath("preemptionPolicy"), *c.PreemptionPolicy, corev1.PreemptLowerPriority, corev1.PreemptNever)...)
	}
	return errs
}

func (priorityStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	c, before := obj.(*schedulingv1.PriorityClass), old.(*schedulingv1.PriorityClass)
	var errs field.ErrorList
	if c.Value != before.Value {
		errs = append(errs, field.Forbidden(field.NewPath("value"), "may not be changed in an update."))
	}
	return append(errs, validate.Immutable(field.NewPath("preemptionPolicy"), c.PreemptionPolicy, before.PreemptionPolicy)...)
}

func knownSystemClass(c *schedulingv1.PriorityClass) error {
	for _, known := range SystemPriorityClasses() {
		switch {
		case known.Name != c.Name:
		case known.Value != c.Value:
			return fmt.Errorf("value of %v PriorityClass must be %v", c.Name, known.Value)
		case known.GlobalDefault != c.GlobalDefault:
			return fmt.Errorf("globalDefault of %v PriorityClass must be %v", c.Name, known.GlobalDefault)
		default:
			return nil
		}
	}
	return fmt.Errorf("%v is not a known system priority class", c.Name)
}

// priorityClasses is the Store, without deletes of system classes.
type priorityClasses struct{ *registry.Store }

func newPriorityClasses(s *registry.Store) rest.Storage { return priorityClasses{s} }

// Delete is forbidden for a system class.
func (p priorityClasses) Delete(ctx context.Context, name string, options *rest.DeleteOptions) (runtime.Object, bool, error) {
	if slices.ContainsFunc(SystemPriorityClasses(), func(c *schedulingv1.PriorityClass) bool { return c.Name == name }) {
		return nil, false, apierrors.NewForbidden(p.Resource, name, errors.New("this is a system priority class and cannot be deleted"))
	}
	return p.Store.Delete(ctx, name, options)
}

var priorityColumns = resource.Table[schedulingv1.PriorityClass, *schedulingv1.PriorityClass]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.Typed(resource.FieldColumn("Value", schedulingv1.PriorityClass{}, "value"), "integer"),
		resource.Typed(resource.FieldColumn("Global-Default", schedulingv1.PriorityClass{}, "globalDefault"), "boolean"),
		resource.AgeColumn(),
		resource.FieldColumn("PreemptionPolicy", schedulingv1.PriorityClass{}, "preemptionPolicy"),
	},
	Cells: func(c *schedulingv1.PriorityClass) []any {
		return []any{c.Name, int64(c.Value), c.GlobalDefault, resource.AgeOf(c), string(ptr.Deref(c.PreemptionPolicy, ""))}
	},
}
