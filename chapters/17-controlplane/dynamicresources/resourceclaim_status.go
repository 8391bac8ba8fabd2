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
	mostConsumers    = 256
	mostResults      = 32
	unbounded        = int(^uint(0) >> 1)
	mostConditions   = 8
	longestData      = 10 * 1024
	longestInterface = 256
	longestHardware  = 128
	mostIPs          = 16
)

// deviceID is a device, or a share of one.
type deviceID struct{ Driver, Pool, Device, ShareID string }

// validateDeviceClaimStatus: which devices a claim got, who uses them, and how the devices fare.
// Upstream: ValidateResourceClaimStatusUpdate.
func validateDeviceClaimStatus(c, old *resourcev1.ResourceClaim) field.ErrorList {
	status, at := &c.Status, field.NewPath("status")
	errs := validateSet(at.Child("reservedFor"), status.ReservedFor, mostConsumers,
		func(r *resourcev1.ResourceClaimConsumerReference) types.UID { return r.UID }, validateConsumer)
	allocated := map[deviceID]bool{}
	if status.Allocation != nil {
		for _, r := range status.Allocation.Devices.Results {
			allocated[deviceID{r.Driver, r.Pool, r.Device, string(ptr.Deref(r.ShareID, ""))}] = true
		}
	}
	errs = append(errs, validateSet(at.Child("devices"), status.Devices, unbounded,
		func(d *resourcev1.AllocatedDeviceStatus) deviceID {
			return deviceID{d.Driver, d.Pool, d.Device, ptr.Deref(d.ShareID, "")}
		},
		func(at *field.Path, d *resourcev1.AllocatedDeviceStatus) field.ErrorList {
			return validateDeviceStatus(at, d, allocated)
		})...)
	errs = append(errs, validateReservation(at.Child("reservedFor"), c, old)...)
	switch now, before := status.Allocation, old.Status.Allocation; {
	case now == nil:
		return errs
	case before != nil:
		return append(errs, validate.Immutable(at.Child("allocation"), now, before)...)
	}
	return append(errs, validateAllocation(at.Child("allocation"), status.Allocation, namesOf(&c.Spec.Devices))...)
}

func validateConsumer(at *field.Path, r *resourcev1.ResourceClaimConsumerReference) field.ErrorList {
	errs := validate.Required(at.Child("resource"), r.Resource)
	errs = append(errs, validate.Required(at.Child("name"), r.Name)...)
	return append(errs, validate.Required(at.Child("uid"), string(r.UID))...)
}

// validateReservation: only an allocated claim is used, and one that is being deleted gets no new user.
func validateReservation(at *field.Path, c, old *resourcev1.ResourceClaim) field.ErrorList {
	if len(c.Status.ReservedFor) > 0 && c.Status.Allocation == nil {
		return field.ErrorList{field.Forbidden(at, "may not be specified when `allocated` is not set")}
	}
	if c.DeletionTimestamp == nil {
		return nil
	}
	for _, r := range c.Status.ReservedFor {
		if !slices.Contains(old.Status.ReservedFor, r) {
			return field.ErrorList{field.Forbidden(at, "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set")}
		}
	}
	return nil
}

func validateAllocation(at *field.Path, a *resourcev1.AllocationResult, names requestNames) field.ErrorList {
	devices := at.Child("devices")
	found := validateItems(devices.Child("results"), a.Devices.Results, mostResults,
		func(at *field.Path, r *resourcev1.DeviceRequestAllocationResult) field.ErrorList {
			found := names.validate(at.Child("request"), &r.Request)
			found = append(found, validate.CSIDriverName(at.Child("driver"), r.Driver)...)
			found = append(found, validatePoolName(at.Child("pool"), r.Pool)...)
			found = append(found, validate.DNS1123Label(at.Child("device"), r.Device)...)
			found = append(found, validateBindingConditions(at, r.BindingConditions, r.BindingFailureConditions)...)
			if r.ShareID != nil {
				found = append(found, validateUID(at.Child("shareID"), string(*r.ShareID))...)
			}
			return found
		})
	found = append(found, validateItems(devices.Child("config"), a.Devices.Config, 2*mostConfigs,
		func(at *field.Path, c *resourcev1.DeviceAllocationConfiguration) field.ErrorList {
			found := validate.RequiredAndSupported(at.Child("source"), c.Source, resourcev1.AllocationConfigSourceClaim, resourcev1.AllocationConfigSourceClass)
			found = append(found, validateSet(at.Child("requests"), c.Requests, mostRequests, itself, names.validate)...)
			return append(found, validateConfiguration(at, &c.DeviceConfiguration)...)
		})...)
	if a.NodeSelector != nil {
		found = append(found, validate.NodeSelector(at.Child("nodeSelector"), a.NodeSelector, false)...)
	}
	return found
}

// validateDeviceStatus: what a driver reports of a device that the claim got.
func validateDeviceStatus(at *field.Path, d *resourcev1.AllocatedDeviceStatus, allocated map[deviceID]bool) field.ErrorList {
	errs := validate.CSIDriverName(at.Child("driver"), d.Driver)
	errs = append(errs, validatePoolName(at.Child("pool"), d.Pool)...)
	errs = append(errs, validate.DNS1123Label(at.Child("device"), d.Device)...)
	if d.ShareID != nil {
		errs = append(errs, validateUID(at.Child("shareID"), *d.ShareID)...)
	}
	if id := (deviceID{d.Driver, d.Pool, d.Device, ptr.Deref(d.ShareID, "")}); !allocated[id] {
		errs = append(errs, field.Invalid(at, id, "must be an allocated device in the claim"))
	}
	if len(d.Conditions) > mostConditions {
		errs = append(errs, field.TooMany(at.Child("conditions"), len(d.Conditions), mostConditions))
	}
	errs = append(errs, validate.Conditions(at.Child("conditions"), d.Conditions)...)
	if d.Data != nil && len(d.Data.Raw) > 0 {
		errs = append(errs, validateRawObject(at.Child("data"), *d.Data, longestData)...)
	}
	if d.NetworkData != nil {
		errs = append(errs, validateNetworkData(at.Child("networkData"), d.NetworkData)...)
	}
	return errs
}

func validateNetworkData(at *field.Path, n *resourcev1.NetworkDeviceData) field.ErrorList {
	var errs field.ErrorList
	if len(n.InterfaceName) > longestInterface {
		errs = append(errs, field.TooLong(at.Child("interfaceName"), "", longestInterface))
	}
	if len(n.HardwareAddress) > longestHardware {
		errs = append(errs, field.TooLong(at.Child("hardwareAddress"), "", longestHardware))
	}
	return append(errs, validateSet(at.Child("ips"), n.IPs, mostIPs, itself,
		func(at *field.Path, ip *string) field.ErrorList { return validation.IsValidInterfaceAddress(at, *ip) })...)
}

func validateUID(at *field.Path, uid string) field.ErrorList {
	if err := uuid.Validate(uid); err != nil {
		return field.ErrorList{field.Invalid(at, uid, fmt.Sprintf("error validating uid: %v", err))}
	}
	if len(uid) != 36 || uid != strings.ToLower(uid) {
		return field.ErrorList{field.Invalid(at, uid, "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters")}
	}
	return nil
}
