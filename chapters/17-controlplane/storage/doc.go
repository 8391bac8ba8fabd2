// Package storage serves persistent volumes and claims, storage classes, CSI drivers and volume attachments.
//
// In: objects of v1 and storage.k8s.io. Out: rows of the table (Groups), with strategies that validate them. (How
// objects are stored in etcd is chapter 5's storage.Interface.)
//
// Upstream: k8s.io/kubernetes/pkg/registry/{core/persistentvolume,core/persistentvolumeclaim,storage}.
//
// Read in this order:
//
//	groups.go                   the rows
//	persistentvolume.go         strategy, status, columns, rules
//	persistentvolume_source.go  the rules for each kind of volume source
//	persistentvolumeclaim.go    claims: strategy, rules for updates, dataSource and dataSourceRef
//	storageclass.go             StorageClass and VolumeAttributesClass
//	csi.go                      CSIDriver, CSINode, CSIStorageCapacity
//	volumeattachment.go         VolumeAttachment
package storage
