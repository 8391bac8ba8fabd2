package dynamicresources

import (
	"context"
	"strings"

	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// Drivers publish devices in ResourceSlices, and ResourceClaims request devices of a DeviceClass. CEL expressions are
// not compiled. Upstream: pkg/registry/resource.

var deviceClassStrategy = resource.SpecStatus[resourcev1.DeviceClass, *resourcev1.DeviceClass]{
	Strategy: registry.ClusterScoped{},
	Spec:     func(c *resourcev1.DeviceClass) any { return &c.Spec },
	ValidateFunc: func(_ context.Context, c *resourcev1.DeviceClass) field.ErrorList {
		return validateDeviceClass(field.NewPath("spec"), &c.Spec)
	},
}

// deviceClaimStrategy: the spec is immutable, so an update checks only that.
var deviceClaimStrategy = resource.SpecStatus[resourcev1.ResourceClaim, *resourcev1.ResourceClaim]{
	Strategy:                 registry.Namespaced{},
	NoGeneration:             true,
	ResetObjectMetaForStatus: true,
	Spec:                     func(c *resourcev1.ResourceClaim) any { return &c.Spec },
	Status:                   func(c *resourcev1.ResourceClaim) any { return &c.Status },
	ValidateWithOldFunc: func(_ context.Context, c, old *resourcev1.ResourceClaim) field.ErrorList {
		if old != nil {
			return validate.Immutable(field.NewPath("spec"), c.Spec, old.Spec)
		}
		return validateDeviceClaim(field.NewPath("spec", "devices"), &c.Spec.Devices)
	},
}

var deviceClaimStatus = deviceClaimStrategy.StatusStrategy(func(_ context.Context, c, old *resourcev1.ResourceClaim) field.ErrorList {
	return validateDeviceClaimStatus(c, old)
})

var deviceTemplateStrategy = resource.SpecStatus[resourcev1.ResourceClaimTemplate, *resourcev1.ResourceClaimTemplate]{
	Strategy: registry.Namespaced{},
	ValidateFunc: func(_ context.Context, t *resourcev1.ResourceClaimTemplate) field.ErrorList {
		return validateClaimTemplate(field.NewPath("spec"), &t.Spec)
	},
	ValidateUpdateFunc: func(_ context.Context, t, old *resourcev1.ResourceClaimTemplate) field.ErrorList {
		return validate.Immutable(field.NewPath("spec"), t.Spec, old.Spec)
	},
}

var sliceStrategy = resource.SpecStatus[resourcev1.ResourceSlice, *resourcev1.ResourceSlice]{
	Strategy:    registry.ClusterScoped{},
	Spec:        func(s *resourcev1.ResourceSlice) any { return &s.Spec },
	PrepareFunc: dropAlphaOfSlice,
	ValidateWithOldFunc: func(_ context.Context, s, old *resourcev1.ResourceSlice) field.ErrorList {
		var stored *resourcev1.ResourceSliceSpec
		if old != nil {
			stored = &old.Spec
		}
		return validateSlice(field.NewPath("spec"), &s.Spec, stored)
	},
}

// sliceFields returns the fields for field selectors.
func sliceFields(obj runtime.Object) fields.Set {
	s := obj.(*resourcev1.ResourceSlice)
	return fields.Set{
		resourcev1.ResourceSliceSelectorNodeName: ptr.Deref(s.Spec.NodeName, ""),
		resourcev1.ResourceSliceSelectorDriver:   s.Spec.Driver,
	}
}

var deviceClassColumns = resource.Table[resourcev1.DeviceClass, *resourcev1.DeviceClass]{
	Columns: []resource.Column{resource.NameColumn(), resource.AgeColumn()},
	Cells:   func(c *resourcev1.DeviceClass) []any { return []any{c.Name, resource.AgeOf(c)} },
}

var deviceTemplateColumns = resource.Table[resourcev1.ResourceClaimTemplate, *resourcev1.ResourceClaimTemplate]{
	Columns: []resource.Column{resource.NameColumn(), resource.AgeColumn()},
	Cells:   func(t *resourcev1.ResourceClaimTemplate) []any { return []any{t.Name, resource.AgeOf(t)} },
}

var deviceClaimColumns = resource.Table[resourcev1.ResourceClaim, *resourcev1.ResourceClaim]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "State", Description: "A summary of the current state (allocated, pending, reserved, etc.)."},
		resource.AgeColumn(),
	},
	Cells: func(c *resourcev1.ResourceClaim) []any { return []any{c.Name, deviceClaimState(c), resource.AgeOf(c)} },
}

func deviceClaimState(c *resourcev1.ResourceClaim) string {
	var states []string
	for _, s := range []struct {
		name string
		is   bool
	}{
		{"deleted", c.DeletionTimestamp != nil},
		{"pending", c.DeletionTimestamp == nil && c.Status.Allocation == nil},
		{"allocated", c.Status.Allocation != nil},
		{"reserved", c.Status.Allocation != nil && len(c.Status.ReservedFor) > 0},
	} {
		if s.is {
			states = append(states, s.name)
		}
	}
	return strings.Join(states, ",")
}

var sliceColumns = resource.Table[resourcev1.ResourceSlice, *resourcev1.ResourceSlice]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.FieldColumn("Node", resourcev1.ResourceSliceSpec{}, "nodeName"),
		resource.FieldColumn("Driver", resourcev1.ResourceSliceSpec{}, "driver"),
		resource.FieldColumn("Pool", resourcev1.ResourcePool{}, "name"),
		resource.AgeColumn(),
	},
	Cells: func(s *resourcev1.ResourceSlice) []any {
		return []any{s.Name, ptr.Deref(s.Spec.NodeName, ""), s.Spec.Driver, s.Spec.Pool.Name, resource.AgeOf(s)}
	},
}
