package storage

import (
	"context"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// classStrategy: a StorageClass is immutable except for mount options, volume expansion and topologies. Upstream:
// pkg/registry/storage/storageclass.
var classStrategy = resource.SpecStatus[storagev1.StorageClass, *storagev1.StorageClass]{
	Strategy: registry.ClusterScoped{},
	ValidateFunc: func(_ context.Context, c *storagev1.StorageClass) field.ErrorList {
		errs := validateProvisioner(field.NewPath("provisioner"), c.Provisioner)
		errs = append(errs, validateParameters(field.NewPath("parameters"), c.Parameters)...)
		if policy := ptr.Deref(c.ReclaimPolicy, ""); policy != "" {
			errs = append(errs, validate.Supported(field.NewPath("reclaimPolicy"), policy,
				corev1.PersistentVolumeReclaimDelete, corev1.PersistentVolumeReclaimRetain)...)
		}
		mode := field.NewPath("volumeBindingMode")
		if c.VolumeBindingMode == nil {
			errs = append(errs, field.Required(mode, ""))
		} else {
			errs = append(errs, validate.Supported(mode, *c.VolumeBindingMode,
				storagev1.VolumeBindingImmediate, storagev1.VolumeBindingWaitForFirstConsumer)...)
		}
		return append(errs, validateTopologies(field.NewPath("allowedTopologies"), c.AllowedTopologies)...)
	},
	ValidateUpdateFunc: func(_ context.Context, c, old *storagev1.StorageClass) field.ErrorList {
		errs := validate.Immutable(field.NewPath("parameters"), c.Parameters, old.Parameters)
		errs = append(errs, validate.Immutable(field.NewPath("provisioner"), c.Provisioner, old.Provisioner)...)
		errs = append(errs, validate.Immutable(field.NewPath("reclaimPolicy"), c.ReclaimPolicy, old.ReclaimPolicy)...)
		return append(errs, validate.Immutable(field.NewPath("volumeBindingMode"), c.VolumeBindingMode, old.VolumeBindingMode)...)
	},
}

// validateTopologies: each term lists node labels with their allowed values. No term is empty, and no two are equal.
// Upstream: validateAllowedTopologies.
func validateTopologies(path *field.Path, terms []corev1.TopologySelectorTerm) field.ErrorList {
	var errs field.ErrorList
	said := make([]map[string]sets.Set[string], 1, 1+len(terms))
	said[0] = map[string]sets.Set[string]{}
	for i, term := range terms {
		expressions, says := path.Index(i).Child("matchLabelExpressions"), map[string]sets.Set[string]{}
		for j, e := range term.MatchLabelExpressions {
			errs = append(errs, validateTopologyLabel(expressions.Index(j), e)...)
			if _, twice := says[e.Key]; twice {
				errs = append(errs, field.Duplicate(expressions.Index(j).Child("key"), e.Key))
			}
			says[e.Key] = sets.New(e.Values...)
		}
		for _, before := range said {
			if maps.EqualFunc(says, before, sets.Set[string].Equal) {
				errs = append(errs, field.Duplicate(expressions, ""))
			}
		}
		said = append(said, says)
	}
	return errs
}

func validateTopologyLabel(path *field.Path, e corev1.TopologySelectorLabelRequirement) field.ErrorList {
	values := path.Child("values")
	var errs field.ErrorList
	if len(e.Values) == 0 {
		errs = append(errs, field.Required(values, ""))
	}
	for i, value := range e.Values {
		if slices.Contains(e.Values[:i], value) {
			errs = append(errs, field.Duplicate(values.Index(i), value))
		}
	}
	return append(errs, metavalidation.ValidateLabelName(e.Key, path.Child("key"))...)
}

// validateProvisioner: the name is a qualified name, and may have upper case letters.
func validateProvisioner(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return validate.QualifiedName(path, strings.ToLower(name))
}

// The limits of parameters.
const (
	maxParameters     = 512
	maxParameterBytes = 256 << 10
)

func validateParameters(path *field.Path, parameters map[string]string) field.ErrorList {
	if len(parameters) > maxParameters {
		return field.ErrorList{field.TooLong(path, "", maxParameters)}
	}
	var errs field.ErrorList
	size := 0
	for _, key := range validate.SortedKeys(parameters) {
		if key == "" {
			errs = append(errs, field.Invalid(path, key, "field can not be empty."))
		}
		size += len(key) + len(parameters[key])
	}
	if size > maxParameterBytes {
		errs = append(errs, field.TooLong(path, "", maxParameterBytes))
	}
	return errs
}

// classColumns are the columns of kubectl get sc. Upstream: printStorageClass.
var classColumns = resource.Table[storagev1.StorageClass, *storagev1.StorageClass]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.FieldColumn("Provisioner", storagev1.StorageClass{}, "provisioner"),
		resource.FieldColumn("ReclaimPolicy", storagev1.StorageClass{}, "reclaimPolicy"),
		resource.FieldColumn("VolumeBindingMode", storagev1.StorageClass{}, "volumeBindingMode"),
		resource.FieldColumn("AllowVolumeExpansion", storagev1.StorageClass{}, "allowVolumeExpansion"),
		resource.AgeColumn(),
	},
	Cells: func(c *storagev1.StorageClass) []any {
		name := c.Name
		if c.Annotations["storageclass.kubernetes.io/is-default-class"] == "true" ||
			c.Annotations["storageclass.beta.kubernetes.io/is-default-class"] == "true" {
			name += " (default)"
		}
		return []any{
			name, c.Provisioner, string(ptr.Deref(c.ReclaimPolicy, corev1.PersistentVolumeReclaimDelete)),
			string(ptr.Deref(c.VolumeBindingMode, storagev1.VolumeBindingImmediate)), ptr.Deref(c.AllowVolumeExpansion, false), resource.AgeOf(c),
		}
	},
}

// attributesStrategy: driverName and parameters of a VolumeAttributesClass are immutable.
// Upstream: pkg/registry/storage/volumeattributesclass.
var attributesStrategy = resource.SpecStatus[storagev1.VolumeAttributesClass, *storagev1.VolumeAttributesClass]{
	Strategy: registry.ClusterScoped{},
	ValidateWithOldFunc: func(_ context.Context, c, old *storagev1.VolumeAttributesClass) field.ErrorList {
		driver, parameters := field.NewPath("driverName"), field.NewPath("parameters")
		var errs field.ErrorList
		if old != nil && c.DriverName != old.DriverName {
			errs = append(errs, field.Forbidden(driver, "updates to driverName are forbidden."))
		}
		if old != nil && len(validate.Immutable(nil, c.Parameters, old.Parameters)) > 0 {
			errs = append(errs, field.Forbidden(parameters, "updates to parameters are forbidden."))
		}
		errs = append(errs, validateProvisioner(driver, c.DriverName)...)
		errs = append(errs, validateParameters(parameters, c.Parameters)...)
		if len(c.Parameters) == 0 {
			errs = append(errs, field.Required(parameters, "must contain at least one key/value pair"))
		}
		return errs
	},
}

var attributesColumns = resource.Table[storagev1.VolumeAttributesClass, *storagev1.VolumeAttributesClass]{
	Columns: []resource.Column{
		resource.NameColumn(), {Name: "DriverName", Description: "Name of the CSI driver This field is immutable."}, resource.AgeColumn(),
	},
	Cells: func(c *storagev1.VolumeAttributesClass) []any { return []any{c.Name, c.DriverName, resource.AgeOf(c)} },
}
