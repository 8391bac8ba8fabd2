package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// driverStrategy is the strategy of CSIDrivers. Upstream: pkg/registry/storage/csidriver.
var driverStrategy = resource.SpecStatus[storagev1.CSIDriver, *storagev1.CSIDriver]{
	Strategy:                  registry.ClusterScoped{},
	ForbidUnconditionalUpdate: true,
	PrepareFunc:               func(d *storagev1.CSIDriver) { d.Spec.PreventPodSchedulingIfMissing = nil }, // the gate VolumeLimitScaling is off
	ValidateFunc:              validateDriver,
	WarningsWithOldFunc:       warnOfTokens,
	ValidateUpdateFunc: func(_ context.Context, d, old *storagev1.CSIDriver) field.ErrorList {
		spec := field.NewPath("spec")
		errs := validate.Immutable(spec.Child("attachedRequired"), d.Spec.AttachRequired, old.Spec.AttachRequired)
		return append(errs, validate.Immutable(spec.Child("volumeLifecycleModes"), d.Spec.VolumeLifecycleModes, old.Spec.VolumeLifecycleModes)...)
	},
}

// warnOfTokens warns if tokens are passed as volume attributes, which may be logged.
func warnOfTokens(_ context.Context, d, old *storagev1.CSIDriver) []string {
	if len(d.Spec.TokenRequests) == 0 || d.Spec.ServiceAccountTokenInSecrets != nil ||
		old != nil && equality.Semantic.DeepEqual(old.Spec.TokenRequests, d.Spec.TokenRequests) {
		return nil
	}
	return []string{"spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent " +
		"possible logging of tokens in volume attributes"}
}

// validateDriver is upstream's validateCSIDriverSpec. Like upstream, its errors say attachedRequired for
// attachRequired.
func validateDriver(_ context.Context, d *storagev1.CSIDriver) field.ErrorList {
	path := field.NewPath("spec")
	var errs field.ErrorList
	for _, needed := range []struct {
		name  string
		value *bool
	}{
		{"attachedRequired", d.Spec.AttachRequired}, {"podInfoOnMount", d.Spec.PodInfoOnMount}, {"storageCapacity", d.Spec.StorageCapacity},
	} {
		if needed.value == nil {
			errs = append(errs, field.Required(path.Child(needed.name), ""))
		}
	}
	if policy := d.Spec.FSGroupPolicy; policy != nil {
		errs = append(errs, validate.Supported(path.Child("fsGroupPolicy"), *policy, storagev1.FileFSGroupPolicy, storagev1.NoneFSGroupPolicy,
			storagev1.ReadWriteOnceWithFSTypeFSGroupPolicy)...)
	}
	errs = append(errs, validateTokenRequests(path.Child("tokenRequests"), d.Spec.TokenRequests)...)
	for _, mode := range d.Spec.VolumeLifecycleModes {
		errs = append(errs, validate.Supported(path.Child("volumeLifecycleModes"), mode, storagev1.VolumeLifecyclePersistent,
			storagev1.VolumeLifecycleEphemeral)...)
	}
	if d.Spec.SELinuxMount == nil {
		errs = append(errs, field.Required(path.Child("seLinuxMount"), ""))
	}
	if period := d.Spec.NodeAllocatableUpdatePeriodSeconds; period != nil && *period < 10 {
		errs = append(errs, field.Invalid(path.Child("nodeAllocatableUpdatePeriodSeconds"), *period,
			"must be greater than or equal to 10 seconds"))
	}
	if d.Spec.ServiceAccountTokenInSecrets != nil && len(d.Spec.TokenRequests) == 0 {
		errs = append(errs, field.Invalid(path.Child("serviceAccountTokenInSecrets"), d.Spec.ServiceAccountTokenInSecrets,
			"serviceAccountTokenInSecrets is set but no tokenRequests are specified"))
	}
	return errs
}

func validateTokenRequests(path *field.Path, requests []storagev1.TokenRequest) field.ErrorList {
	var errs field.ErrorList
	var audiences []string
	for i, r := range requests {
		if slices.Contains(audiences, r.Audience) {
			errs = append(errs, field.Duplicate(path.Index(i).Child("audience"), r.Audience))
			continue
		}
		audiences = append(audiences, r.Audience)
		expires := path.Index(i).Child("expirationSeconds")
		switch seconds := ptr.Deref(r.ExpirationSeconds, 3600); {
		case seconds < 600:
			errs = append(errs, field.Invalid(expires, seconds, "may not specify a duration less than 10 minutes"))
		case seconds > 1<<32:
			errs = append(errs, field.Invalid(expires, seconds, "may not specify a duration larger than 2^32 seconds"))
		}
	}
	return errs
}

// driverColumns are the columns of kubectl get csidrivers. Upstream: printCSIDriver.
var driverColumns = resource.Table[storagev1.CSIDriver, *storagev1.CSIDriver]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.Typed(resource.FieldColumn("AttachRequired", storagev1.CSIDriverSpec{}, "attachRequired"), "boolean"),
		resource.Typed(resource.FieldColumn("PodInfoOnMount", storagev1.CSIDriverSpec{}, "podInfoOnMount"), "boolean"),
		resource.Typed(resource.FieldColumn("StorageCapacity", storagev1.CSIDriverSpec{}, "storageCapacity"), "boolean"),
		resource.FieldColumn("TokenRequests", storagev1.CSIDriverSpec{}, "tokenRequests"),
		resource.Typed(resource.FieldColumn("RequiresRepublish", storagev1.CSIDriverSpec{}, "requiresRepublish"), "boolean"),
		resource.FieldColumn("Modes", storagev1.CSIDriverSpec{}, "volumeLifecycleModes"),
		resource.AgeColumn(),
	},
	Cells: func(d *storagev1.CSIDriver) []any {
		tokens, modes := resource.Unset, resource.None
		if d.Spec.TokenRequests != nil {
			var audiences []string
			for _, r := range d.Spec.TokenRequests {
				audiences = append(audiences, r.Audience)
			}
			tokens = strings.Join(audiences, ",")
		}
		if len(d.Spec.VolumeLifecycleModes) > 0 {
			modes = joined(d.Spec.VolumeLifecycleModes)
		}
		return []any{
			d.Name, ptr.Deref(d.Spec.AttachRequired, true), ptr.Deref(d.Spec.PodInfoOnMount, false), ptr.Deref(d.Spec.StorageCapacity, false), tokens,
			ptr.Deref(d.Spec.RequiresRepublish, false), modes, resource.AgeOf(d),
		}
	},
}

func joined[T ~string](list []T) string {
	var texts []string
	for _, one := range list {
		texts = append(texts, string(one))
	}
	return strings.Join(texts, ",")
}

// csiNodeStrategy is the strategy of CSINodes, which list the drivers on a node. Upstream:
// pkg/registry/storage/csinode.
var csiNodeStrategy = resource.SpecStatus[storagev1.CSINode, *storagev1.CSINode]{
	Strategy:                  registry.ClusterScoped{},
	ForbidUnconditionalUpdate: true,
	ValidateFunc: func(_ context.Context, n *storagev1.CSINode) field.ErrorList {
		var errs field.ErrorList
		var names []string
		for i, d := range n.Spec.Drivers {
			path := field.NewPath("spec", "drivers").Index(i)
			errs = append(errs, validateNodeDriver(path, &d)...)
			if slices.Contains(names, d.Name) {
				errs = append(errs, field.Duplicate(path.Child("name"), d.Name))
			}
			names = append(names, d.Name)
		}
		return errs
	},
	ValidateUpdateFunc: func(_ context.Context, n, old *storagev1.CSINode) field.ErrorList {
		var errs field.ErrorList
		for _, before := range old.Spec.Drivers {
			for _, now := range n.Spec.Drivers {
				if now.Name == before.Name {
					now.Allocatable, before.Allocatable = nil, nil // allocatable is mutable
					errs = append(errs, validate.Immutable(field.NewPath("spec", "drivers"), &now, &before)...)
				}
			}
		}
		return errs
	},
}

func validateNodeDriver(path *field.Path, d *storagev1.CSINodeDriver) field.ErrorList {
	errs := validate.CSIDriverName(path.Child("name"), d.Name)
	errs = append(errs, validate.Required(path.Child("nodeID"), d.NodeID)...)
	if len(d.NodeID) > 256 {
		errs = append(errs, field.Invalid(path.Child("nodeID"), d.NodeID, fmt.Sprintf("must be %d characters or less", 256)))
	}
	if d.Allocatable != nil && d.Allocatable.Count != nil {
		errs = append(errs, validate.NonNegative(path.Child("allocatable", "count"), *d.Allocatable.Count)...)
	}
	var keys []string
	for _, key := range d.TopologyKeys {
		errs = append(errs, validate.Required(path, key)...)
		if slices.Contains(keys, key) {
			errs = append(errs, field.Duplicate(path, key))
		}
		keys = append(keys, key)
		errs = append(errs, validate.QualifiedName(path, key)...)
	}
	return errs
}

var csiNodeColumns = resource.Table[storagev1.CSINode, *storagev1.CSINode]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Drivers", Type: "integer", Description: "Drivers indicates the number of CSI drivers registered on the node"},
		resource.AgeColumn(),
	},
	Cells: func(n *storagev1.CSINode) []any { return []any{n.Name, int64(len(n.Spec.Drivers)), resource.AgeOf(n)} },
}

// capacityStrategy is the strategy of CSIStorageCapacities. Upstream: pkg/registry/storage/csistoragecapacity.
var capacityStrategy = resource.SpecStatus[storagev1.CSIStorageCapacity, *storagev1.CSIStorageCapacity]{
	Strategy:                  registry.Namespaced{},
	ForbidUnconditionalUpdate: true,
	ValidateWithOldFunc: func(_ context.Context, c, old *storagev1.CSIStorageCapacity) field.ErrorList {
		topology := field.NewPath("nodeTopology")
		options := metavalidation.LabelSelectorValidationOptions{}
		if old != nil {
			options.AllowInvalidLabelValueInSelector = len(metavalidation.ValidateLabelSelector(old.NodeTopology, options, nil)) > 0
		}
		errs := metavalidation.ValidateLabelSelector(c.NodeTopology, options, topology)
		errs = append(errs, validate.ObjectName(field.NewPath("storageClassName"), c.StorageClassName)...)
		if c.Capacity != nil && c.Capacity.Sign() < 0 {
			errs = append(errs, field.Invalid(field.NewPath("capacity"), c.Capacity.String(), apivalidation.IsNegativeErrorMsg))
		}
		return errs
	},
	ValidateUpdateFunc: func(_ context.Context, c, old *storagev1.CSIStorageCapacity) field.ErrorList {
		errs := validate.Immutable(field.NewPath("nodeTopology"), c.NodeTopology, old.NodeTopology)
		return append(errs, validate.Immutable(field.NewPath("storageClassName"), c.StorageClassName, old.StorageClassName)...)
	},
}
