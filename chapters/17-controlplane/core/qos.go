package core

import (
	corev1 "k8s.io/api/core/v1"
)

// measured are the resources that make the quality of service.
var measured = []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory}

// qualityOfService says who goes first when a node runs out of memory. BestEffort asks for nothing; Guaranteed has, for
// every container, limits of CPU and memory, and requests as high as these; Burstable is the rest. What the pod asks for
// as a whole counts before what its containers do. Upstream: qos.ComputePodQOS.
func qualityOfService(spec *corev1.PodSpec) corev1.PodQOSClass {
	requests, limits := corev1.ResourceList{}, corev1.ResourceList{}
	limited := true
	if r := spec.Resources; r != nil {
		addMeasured(requests, r.Requests)
		addMeasured(limits, r.Limits)
		limited = len(r.Limits) == 0 || allMeasured(r.Limits)
	} else {
		for _, containers := range [][]corev1.Container{spec.Containers, spec.InitContainers} {
			for i := range containers {
				r := &containers[i].Resources
				addMeasured(requests, r.Requests)
				addMeasured(limits, r.Limits)
				limited = limited && allMeasured(r.Limits)
			}
		}
	}
	switch {
	case len(requests) == 0 && len(limits) == 0:
		return corev1.PodQOSBestEffort
	case limited && sameQuantities(requests, limits):
		return corev1.PodQOSGuaranteed
	}
	return corev1.PodQOSBurstable
}

func addMeasured(sum, list corev1.ResourceList) {
	for _, name := range measured {
		q, ok := list[name]
		if !ok || q.Sign() <= 0 {
			continue
		}
		total := sum[name]
		if total.IsZero() {
			sum[name] = q.DeepCopy()
			continue
		}
		total.Add(q)
		sum[name] = total
	}
}

func allMeasured(list corev1.ResourceList) bool {
	for _, name := range measured {
		if q := list[name]; q.Sign() <= 0 {
			return false
		}
	}
	return true
}

func sameQuantities(a, b corev1.ResourceList) bool {
	if len(a) != len(b) {
		return false
	}
	for name, q := range a {
		other, ok := b[name]
		if !ok || q.Cmp(other) != 0 {
			return false
		}
	}
	return true
}
