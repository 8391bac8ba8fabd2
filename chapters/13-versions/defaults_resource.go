package versions

import (
	"time"

	resourcev1 "k8s.io/api/resource/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// resourceDefaults is resource.k8s.io/v1, devices. Upstream: pkg/apis/resource/v1/defaults.go.
var resourceDefaults = []defaulter{on(resourceClaim), on(resourceClaimTemplate), on(resourceSlice)}

func resourceClaim(c *resourcev1.ResourceClaim) {
	deviceRequests(c.Spec.Devices.Requests)
	if c.Status.Allocation != nil {
		for i := range c.Status.Allocation.Devices.Results {
			deviceTolerations(c.Status.Allocation.Devices.Results[i].Tolerations)
		}
	}
}

func resourceClaimTemplate(t *resourcev1.ResourceClaimTemplate) {
	deviceRequests(t.Spec.Spec.Devices.Requests)
}

func deviceRequests(requests []resourcev1.DeviceRequest) {
	for i := range requests {
		if exactly := requests[i].Exactly; exactly != nil {
			deviceCount(&exactly.AllocationMode, &exactly.Count)
			deviceTolerations(exactly.Tolerations)
		}
		for j := range requests[i].FirstAvailable {
			first := &requests[i].FirstAvailable[j]
			deviceCount(&first.AllocationMode, &first.Count)
			deviceTolerations(first.Tolerations)
		}
	}
}

// deviceCount: one device, unless all of them are asked for.
func deviceCount(mode *resourcev1.DeviceAllocationMode, count *int64) {
	fill(mode, resourcev1.DeviceAllocationModeExactCount)
	if *mode == resourcev1.DeviceAllocationModeExactCount {
		fill(count, 1)
	}
}

func deviceTolerations(tolerations []resourcev1.DeviceToleration) {
	for i := range tolerations {
		fill(&tolerations[i].Operator, resourcev1.DeviceTolerationOpEqual)
	}
}

// resourceSlice: a taint counts from the moment at which the server first sees it. What is stored has the time.
func resourceSlice(s *resourcev1.ResourceSlice) {
	for i := range s.Spec.Devices {
		taints := s.Spec.Devices[i].Taints
		for j := range taints {
			if taints[j].TimeAdded == nil {
				taints[j].TimeAdded = &metav1.Time{Time: time.Now().Truncate(time.Second)}
			}
		}
	}
}
