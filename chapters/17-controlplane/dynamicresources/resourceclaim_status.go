package dynamicresources

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"kubepath/chapters/17-controlplane/validate"
)

const (
	maxConsumers     = 256
	maxResults       = 32
	unbounded        = int(^uint(0) >> 1)
	maxConditions    = 8
	longestData      = 10 * 1024
	longestInterface = 256
	longestHardware  = 128
	maxIPs           = 16
)

// deviceID identifies a device, or a share of one.
type deviceID struct{ Driver, Pool, Device, ShareID string }

// validateDeviceClaimStatus checks the allocated devices, the consumers of the claim, and the status of each device.
// Upstream: ValidateResourceClaimStatusUpdate.
func validateDeviceClaimStatus(c, old *resourcev1.ResourceClaim) field.ErrorList {
	status, path := &c.Status, field.NewPath("status")
	errs := validateSet(path.Child("reservedFor"), status.ReservedFor, maxConsumers,
		func(r *resourcev1.ResourceClaimConsumerReference) types.UID { return r.UID }, validateConsumer)
	allocated := map[deviceID]bool{}
	if status.Allocation != nil {
		for _, r := range status.Allocation.Devices.Results {
			allocated[deviceID{r.Driver, r.Pool, r.Device, string(ptr.Deref(r.ShareID, ""))}] = true
		}
	}
	errs = append(errs, validateSet(path.Child("devices"), status.Devices, unbounded,
		func(d *resourcev1.AllocatedDeviceStatus) deviceID {
			return deviceID{d.Driver, d.Pool, d.Device, ptr.Deref(d.ShareID, "")}
		},
		func(path *field.Path, d *resourcev1.AllocatedDeviceStatus) field.ErrorList {
			return validateDeviceStatus(path, d, allocated)
		})...)
	errs = append(errs, validateReservation(path.Child("reservedFor"), c, old)...)
	switch now, before := status.Allocation, old.Status.Allocation; {
	case now == nil:
		return errs
	case before != nil:
		return append(errs, validate.Immutable(path.Child("allocation"), now, before)...)
	}
	return append(errs, validateAllocation(path.Child("allocation"), status.Allocation, namesOf(&c.Spec.Devices))...)
}

func validateConsumer(path *field.Path, r *resourcev1.ResourceClaimConsumerReference) field.ErrorList {
	errs := validate.Required(path.Child("resource"), r.Resource)
	errs = append(errs, validate.Required(path.Child("name"), r.Name)...)
	return append(errs, validate.Required(path.Child("uid"), string(r.UID))...)
}

// validateReservation: only an allocated claim has consumers, and a claim that is being deleted gets no new ones.
func validateReservation(path *field.Path, c, old *resourcev1.ResourceClaim) field.ErrorList {
	if len(c.Status.ReservedFor) > 0 && c.Status.Allocation == nil {
		return field.ErrorList{field.Forbidden(path, "may not be specified when `allocated` is not set")}
	}
	if c.DeletionTimestamp == nil {
		return nil
	}
	for _, r := range c.Status.ReservedFor {
		if !slices.Contains(old.Status.ReservedFor, r) {
			return field.ErrorList{field.Forbidden(path, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set")}
		}
	}
	return nil
}

func validateAllocation(path *field.Path, a *resourcev1.AllocationResult, names requestNames) field.ErrorList {
	devices := path.Child("devices")
	errs := validateItems(devices.Child("results"), a.Devices.Results, maxResults,
		func(path *field.Path, r *resourcev1.DeviceRequestAllocationResult) field.ErrorList {
			errs := names.validate(path.Child("request"), &r.Request)
			errs = append(errs, validate.CSIDriverName(path.Child("driver"), r.Driver)...)
			errs = append(errs, validatePoolName(path.Child("pool"), r.Pool)...)
			errs = append(errs, validate.DNS1123Label(path.Child("device"), r.Device)...)
			errs = append(errs, validateBindingConditions(path, r.BindingConditions, r.BindingFailureConditions)...)
			if r.ShareID != nil {
				errs = append(errs, validateUID(path.Child("shareID"), string(*r.ShareID))...)
			}
			return errs
		})
	errs = append(errs, validateItems(devices.Child("config"), a.Devices.Config, 2*maxConfigs,
		func(path *field.Path, c *resourcev1.DeviceAllocationConfiguration) field.ErrorList {
			errs := validate.RequiredAndSupported(path.Child("source"), c.Source, resourcev1.AllocationConfigSourceClaim, resourcev1.AllocationConfigSourceClass)
			errs = append(errs, validateSet(path.Child("requests"), c.Requests, maxRequests, itself, names.validate)...)
			return append(errs, validateConfiguration(path, &c.DeviceConfiguration)...)
		})...)
	if a.NodeSelector != nil {
		errs = append(errs, validate.NodeSelector(path.Child("nodeSelector"), a.NodeSelector, false)...)
	}
	return errs
}

// validateDeviceStatus checks what a driver reports about an allocated device.
func validateDeviceStatus(path *field.Path, d *resourcev1.AllocatedDeviceStatus, allocated map[deviceID]bool) field.ErrorList {
	errs := validate.CSIDriverName(path.Child("driver"), d.Driver)
	errs = append(errs, validatePoolName(path.Child("pool"), d.Pool)...)
	errs = append(errs, validate.DNS1123Label(path.Child("device"), d.Device)...)
	if d.ShareID != nil {
		errs = append(errs, validateUID(path.Child("shareID"), *d.ShareID)...)
	}
	if id := (deviceID{d.Driver, d.Pool, d.Device, ptr.Deref(d.ShareID, "")}); !allocated[id] {
		errs = append(errs, field.Invalid(path, id, "must be an allocated device in the claim"))
	}
	if len(d.Conditions) > maxConditions {
		errs = append(errs, field.TooMany(path.Child("conditions"), len(d.Conditions), maxConditions))
	}
	errs = append(errs, validate.Conditions(path.Child("conditions"), d.Conditions)...)
	if d.Data != nil && len(d.Data.Raw) > 0 {
		errs = append(errs, validateRawObject(path.Child("data"), *d.Data, longestData)...)
	}
	if d.NetworkData != nil {
		errs = append(errs, validateNetworkData(path.Child("networkData"), d.NetworkData)...)
	}
	return errs
}

func validateNetworkData(path *field.Path, n *resourcev1.NetworkDeviceData) field.ErrorList {
	var errs field.ErrorList
	if len(n.InterfaceName) > longestInterface {
		errs = append(errs, field.TooLong(path.Child("interfaceName"), "", longestInterface))
	}
	if len(n.HardwareAddress) > longestHardware {
		errs = append(errs, field.TooLong(path.Child("hardwareAddress"), "", longestHardware))
	}
	return append(errs, validateSet(path.Child("ips"), n.IPs, maxIPs, itself,
		func(path *field.Path, ip *string) field.ErrorList {
			return validation.IsValidInterfaceAddress(path, *ip)
		})...)
}

func validateUID(path *field.Path, uid string) field.ErrorList {
	if err := uuid.Validate(uid); err != nil {
		return field.ErrorList{field.Invalid(path, uid, fmt.Sprintf("error validating uid: %v", err))}
	}
	if len(uid) != 36 || uid != strings.ToLower(uid) {
		return field.ErrorList{field.Invalid(path, uid, "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters")}
	}
	return nil
}
