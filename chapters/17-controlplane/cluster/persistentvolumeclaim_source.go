package cluster

import (
	"reflect"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// A claim says under two names what its volume begins with: dataSource, the older, knows claims and snapshots;
// dataSourceRef, the newer, everything. They say the same.

// dropForeignSource drops a dataSource of another kind, as was always done, unless the claim had one.
// Upstream: EnforceDataSourceBackwardsCompatibility, after what DropDisabledFields does without CrossNamespaceVolumeDataSource.
func dropForeignSource(spec, old *corev1.PersistentVolumeClaimSpec) {
	inUse := old != nil && old.DataSourceRef != nil
	if ref := spec.DataSourceRef; ref != nil && or(ref.Namespace, "") != "" && !inUse {
		spec.DataSourceRef = nil
	}
	if old != nil && (old.DataSource != nil || old.DataSourceRef != nil) || spec.DataSourceRef != nil || spec.DataSource == nil {
		return
	}
	group := or(spec.DataSource.APIGroup, "")
	claim := spec.DataSource.Kind == "PersistentVolumeClaim" && group == ""
	snapshot := spec.DataSource.Kind == "VolumeSnapshot" && group == "snapshot.storage.k8s.io"
	if !claim && !snapshot {
		spec.DataSource = nil
	}
}

// alignSources copies the one that is there to the other. Upstream: NormalizeDataSources.
func alignSources(spec *corev1.PersistentVolumeClaimSpec) {
	old, ref := spec.DataSource, spec.DataSourceRef
	switch {
	case old != nil && ref == nil:
		spec.DataSourceRef = &corev1.TypedObjectReference{APIGroup: old.APIGroup, Kind: old.Kind, Name: old.Name}
	case ref != nil && old == nil && or(ref.Namespace, "") == "":
		spec.DataSource = &corev1.TypedLocalObjectReference{APIGroup: ref.APIGroup, Kind: ref.Kind, Name: ref.Name}
	}
}

func validateClaimSources(at *field.Path, spec *corev1.PersistentVolumeClaimSpec, old *corev1.PersistentVolumeClaim) faults {
	anyGroup := old != nil && (old.Spec.DataSource != nil && old.Spec.DataSource.APIGroup != nil ||
		old.Spec.DataSourceRef != nil && old.Spec.DataSourceRef.APIGroup != nil)
	var found faults
	source, ref := spec.DataSource, spec.DataSourceRef
	if source != nil {
		found = append(found, validateSource(at.Child("dataSource"), source, anyGroup)...)
	}
	if ref == nil {
		return found
	}
	local := &corev1.TypedLocalObjectReference{APIGroup: ref.APIGroup, Kind: ref.Kind, Name: ref.Name}
	found = append(found, validateSource(at.Child("dataSourceRef"), local, anyGroup)...)
	namespace := or(ref.Namespace, "")
	if namespace != "" {
		found = append(found, wrong(at.Child("dataSourceRef", "namespace"), namespace, apivalidation.ValidateNamespaceName(namespace, false))...)
	}
	switch {
	case source != nil && namespace != "":
		found = append(found, field.Invalid(at, at.Child("dataSource"), "may not be specified when dataSourceRef.namespace is specified"))
	case source != nil && !reflect.DeepEqual(source, local):
		found = append(found, field.Invalid(at, at.Child("dataSource"), "must match dataSourceRef"))
	}
	return found
}

func validateSource(at *field.Path, s *corev1.TypedLocalObjectReference, anyGroup bool) faults {
	found := append(required(at.Child("name"), s.Name), required(at.Child("kind"), s.Kind)...)
	group := or(s.APIGroup, "")
	if group == "" && s.Kind != "PersistentVolumeClaim" {
		found = append(found, field.Invalid(at, s.Kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
	}
	if group != "" && !anyGroup {
		found = append(found, isSubdomain(at.Child("apiGroup"), group)...)
	}
	return found
}
