package cluster

import corev1 "k8s.io/api/core/v1"

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
