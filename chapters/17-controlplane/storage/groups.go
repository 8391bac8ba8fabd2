package storage

import (
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the rows of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "PersistentVolume", Name: "persistentvolumes", ObjectMeta: registry.MetaTwice, ShortNames: []string{"pv"},
				Strategy: volumeStrategy,
				Status:   volumeStatus{volumeStrategy}, ReturnDeleted: true,
				Columns: volumeColumns},
			{Kind: "PersistentVolumeClaim", Name: "persistentvolumeclaims", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"pvc"},
				Strategy: claims, Status: claimStatus, ReturnDeleted: true,
				Columns: claimColumns, ConfigureStore: readAligned},
		}},
		{GroupVersion: storagev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "CSIDriver", Name: "csidrivers", Strategy: driverStrategy, ReturnDeleted: true, Columns: driverColumns},
			{Kind: "CSINode", Name: "csinodes", ObjectMeta: registry.MetaOnly, Strategy: csiNodeStrategy, ReturnDeleted: true,
				Columns: csiNodeColumns},
			{Kind: "CSIStorageCapacity", Name: "csistoragecapacities", ObjectMeta: registry.MetaThenUpdate, Strategy: capacityStrategy},
			{Kind: "StorageClass", Name: "storageclasses", ObjectMeta: registry.MetaThenUpdate, ShortNames: []string{"sc"},
				Strategy: classStrategy, ReturnDeleted: true,
				Columns: classColumns},
			{Kind: "VolumeAttachment", Name: "volumeattachments", ObjectMeta: registry.MetaOnly, StatusObjectMeta: registry.MetaOnly,
				Strategy: attachmentStrategy, Status: attachmentStatus, ReturnDeleted: true,
				Columns: attachmentColumns},
			{Kind: "VolumeAttributesClass", Name: "volumeattributesclasses", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"vac"},
				Strategy:      attributesStrategy,
				ReturnDeleted: true, Columns: attributesColumns},
		}},
	}
}
