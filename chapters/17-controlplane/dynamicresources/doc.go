// Package dynamicresources serves resource.k8s.io, dynamic resource allocation: drivers publish devices, and pods claim
// them.
//
// In: ResourceSlices from drivers, DeviceClasses from administrators, ResourceClaims and templates from users,
// allocations from the scheduler (in the status of a claim). Out: rows of the table (Groups), with strategies that
// validate them.
//
// Upstream: k8s.io/kubernetes/pkg/registry/resource and pkg/apis/resource/validation.
//
// Read in this order:
//
//	groups.go                the rows
//	strategies.go            the strategies and columns of all four kinds
//	resourceclaim.go         requests, constraints, admin access
//	resourceclaim_status.go  allocations and the status of devices
//	resourceslice.go         devices with their attributes and capacities
//	device_validation.go     names, selectors and configurations that several kinds share
package dynamicresources
