// Package storage serves where pods keep data: persistent volumes and claims, classes, CSI drivers, attachments.
//
// In: objects of v1 and storage.k8s.io. Out: rows of the table (Groups), with strategies that validate them. (The storage of
// the objects themselves is chapter 5's storage.Interface.)
//
// Upstream: k8s.io/kubernetes/pkg/registry/{core/persistentvolume,core/persistentvolumeclaim,storage}.
//
// Read in this order:
//
//	groups.go                   the rows
//	persistentvolume.go         strategy, status, columns, rules
//	persistentvolume_source.go  where a volume really is: one rule for each kind of source
//	persistentvolumeclaim.go    a claim, what of it may change, and its two names for a source
//	storageclass.go             classes of volumes and of their attributes
//	csi.go                      drivers, their nodes, their capacity
//	volumeattachment.go         a volume at a node
package storage
