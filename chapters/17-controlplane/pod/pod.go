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

// podStrategy is for who wants a pod: it writes the spec, once, and never the status.
// Upstream: pkg/registry/core/pod.podStrategy.
type podStrategy struct{ registry.Namespaced }

var (
	_ registry.Strategy                   = podStrategy{}
	_ registry.RESTGracefulDeleteStrategy = podStrategy{}
)

// PrepareForCreate begins the pod's life: nobody runs it yet.
func (podStrategy) PrepareForCreate(ctx context.Context, obj runtime.Object) {
	pod := obj.(*corev1.Pod)
	pod.Generation = 1
	pod.Status = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: cmp.Or(pod.Status.QOSClass, qualityOfService(&pod.Spec))}
	podspec.DropDisabledFields(&pod.Spec)
	holdAtGates(pod)
	narrowByLabelKeys(pod)
	adoptAppArmor(ctx, pod)
}

// PrepareForUpdate keeps the status, which is the kubelet's.
func (podStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	pod, before := obj.(*corev1.Pod), old.(*corev1.Pod)
	pod.Status = before.Status
	podspec.DropDisabledFields(&pod.Spec)
	countGeneration(pod, before)
}

// GetResetFields are those that PrepareForUpdate puts back.
func (podStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

// countGeneration: a new spec is a new generation, whichever way it came.
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

// podFields is what field selectors see of a pod. Upstream: ToSelectableFields.
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
		"status.podIPs":            "", // a selector may name it, but nothing is compared with it
		"status.nominatedNodeName": pod.Status.NominatedNodeName,
	}
}

// podStatusStrategy is for the kubelet: it tells how the pod fares, and changes nothing else.
// Upstream: pkg/registry/core/pod.podStatusStrategy.
type podStatusStrategy struct{ podStrategy }

// PrepareForUpdate keeps the spec, and of the metadata what kubelets of old are known to spoil.
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

// GetResetFields are those that PrepareForUpdate puts back.
func (podStatusStrategy) GetResetFields() rest.ResetFields {
	return rest.ResetFields{{"spec"}, {"metadata", "deletionTimestamp"}, {"metadata", "ownerReferences"}}
}

// keepObservedGenerations: a writer that does not know the field does not mean to clear it.
func keepObservedGenerations(now, before *corev1.PodStatus) {
	if now.ObservedGeneration == 0 {
		now.ObservedGeneration = before.ObservedGeneration
	}
	seen := map[corev1.PodConditionType][]int64{} // a type may stand there more than once
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

// CheckGracefulDelete gives a pod the time that the client names, or that its spec does. A pod that no kubelet runs, or
// that has ended, needs none.
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

// ended: its containers will not run again.
func ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded
}

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
