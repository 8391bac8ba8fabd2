package pod

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
)

// podStrategy is the strategy of pods: clients write the spec, most of it once, and never the status.
// Upstream: pkg/registry/core/pod.podStrategy.
type podStrategy struct{ registry.Namespaced }

var (
	_ registry.Strategy                   = podStrategy{}
	_ registry.RESTGracefulDeleteStrategy = podStrategy{}
)

// PrepareForCreate sets generation 1 and a status with phase Pending and the quality of service class.
func (podStrategy) PrepareForCreate(ctx context.Context, obj runtime.Object) {
	pod := obj.(*corev1.Pod)
	pod.Generation = 1
	pod.Status = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: cmp.Or(pod.Status.QOSClass, qualityOfService(&pod.Spec))}
	podspec.DropDisabledFields(&pod.Spec)
	setSchedulingGated(pod)
	addMatchLabelKeys(pod)
	adoptAppArmor(ctx, pod)
}

// PrepareForUpdate keeps the stored status.
func (podStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	pod, before := obj.(*corev1.Pod), old.(*corev1.Pod)
	pod.Status = before.Status
	podspec.DropDisabledFields(&pod.Spec)
	countGeneration(pod, before)
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (podStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

// countGeneration raises the generation if the spec changed, for every subresource that writes it.
func countGeneration(pod, before *corev1.Pod) {
	if !equality.Semantic.DeepEqual(&pod.Spec, &before.Spec) {
		pod.Generation++
	}
}

func (podStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return ValidatePodCreate(obj.(*corev1.Pod))
}

func (podStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return ValidatePodUpdate(obj.(*corev1.Pod), old.(*corev1.Pod))
}

func (podStrategy) WarningsOnCreate(_ context.Context, obj runtime.Object) []string {
	pod := obj.(*corev1.Pod)
	var lines []string
	if wrong := validation.IsDNS1123Label(pod.Name); len(wrong) > 0 {
		lines = append(lines, fmt.Sprintf("metadata.name: this is used in the Pod's hostname, which can result in "+
			"surprising behavior; a DNS label is recommended: %v", wrong))
	}
	return append(lines, podspec.WarnPod(pod)...)
}

// podFields returns the fields of a pod that field selectors can use. Upstream: ToSelectableFields.
func podFields(obj runtime.Object) fields.Set {
	pod := obj.(*corev1.Pod)
	return fields.Set{
		"spec.nodeName":            pod.Spec.NodeName,
		"spec.restartPolicy":       string(pod.Spec.RestartPolicy),
		"spec.schedulerName":       pod.Spec.SchedulerName,
		"spec.serviceAccountName":  pod.Spec.ServiceAccountName,
		"spec.hostNetwork":         strconv.FormatBool(pod.Spec.HostNetwork),
		"status.phase":             string(pod.Status.Phase),
		"status.podIP":             pod.Status.PodIP,
		"status.podIPs":            "", // the field is known, and always empty to selectors
		"status.nominatedNodeName": pod.Status.NominatedNodeName,
	}
}

// podStatusStrategy is the strategy of pods/status, which the kubelet writes.
// Upstream: pkg/registry/core/pod.podStatusStrategy.
type podStatusStrategy struct{ podStrategy }

// PrepareForUpdate keeps the spec, the owner references and the deletion timestamp.
func (podStatusStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	pod, before := obj.(*corev1.Pod), old.(*corev1.Pod)
	pod.Spec = before.Spec
	pod.DeletionTimestamp = nil
	pod.OwnerReferences = before.OwnerReferences
	if pod.Status.QOSClass == "" {
		pod.Status.QOSClass = before.Status.QOSClass
	}
	keepObservedGenerations(&pod.Status, &before.Status)
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (podStatusStrategy) GetResetFields() rest.ResetFields {
	return rest.ResetFields{{"spec"}, {"metadata", "deletionTimestamp"}, {"metadata", "ownerReferences"}}
}

// keepObservedGenerations copies observedGeneration from the stored conditions where a client that does not know the field
// leaves it out.
func keepObservedGenerations(now, before *corev1.PodStatus) {
	if now.ObservedGeneration == 0 {
		now.ObservedGeneration = before.ObservedGeneration
	}
	seen := map[corev1.PodConditionType][]int64{} // several conditions may have one type
	for _, c := range before.Conditions {
		seen[c.Type] = append(seen[c.Type], c.ObservedGeneration)
	}
	for i := range now.Conditions {
		c := &now.Conditions[i]
		earlier := seen[c.Type]
		if len(earlier) == 0 {
			continue
		}
		if c.ObservedGeneration == 0 {
			c.ObservedGeneration = earlier[0]
		}
		seen[c.Type] = earlier[1:]
	}
}

func (podStatusStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return ValidatePodStatusUpdate(obj.(*corev1.Pod), old.(*corev1.Pod))
}

func (podStatusStrategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	status := &obj.(*corev1.Pod).Status
	var lines []string
	for i, ip := range status.PodIPs {
		lines = append(lines, validation.GetWarningsForIP(field.NewPath("status", "podIPs").Index(i).Child("ip"), ip.IP)...)
	}
	for i, ip := range status.HostIPs {
		lines = append(lines, validation.GetWarningsForIP(field.NewPath("status", "hostIPs").Index(i).Child("ip"), ip.IP)...)
	}
	return lines
}

// CheckGracefulDelete takes the grace period from the options, or else from the spec. It is 0 for a pod without a node and
// for one that has ended.
func (podStrategy) CheckGracefulDelete(_ context.Context, obj runtime.Object, options *metav1.DeleteOptions) bool {
	if options == nil {
		return false
	}
	period := graceOf(obj.(*corev1.Pod), options)
	options.GracePeriodSeconds = &period
	return true
}

func graceOf(pod *corev1.Pod, options *metav1.DeleteOptions) int64 {
	period := options.GracePeriodSeconds
	if period == nil {
		period = pod.Spec.TerminationGracePeriodSeconds
	}
	switch {
	case period == nil, pod.Spec.NodeName == "", ended(pod):
		return 0
	case *period < 0:
		return 1
	}
	return *period
}

// ended reports the phases Failed and Succeeded: the containers will not run again.
func ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded
}

// qualityOfService is the class that decides which pods a node evicts first when memory runs out. BestEffort: no container
// has requests or limits. Guaranteed: every container has limits of CPU and memory, and equal requests. Burstable: the rest.
// Pod-level resources count instead of the containers'. Upstream: qos.ComputePodQOS.
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
	for _, name := range podspec.ComputeResources {
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
	for _, name := range podspec.ComputeResources {
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
