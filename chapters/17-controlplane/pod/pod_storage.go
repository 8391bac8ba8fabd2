package pod

import (
	"cmp"
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
)

// PodStorage is the Store of pods and the storages of its subresources, which share that Store. Logs and streams come with
// chapter 16. Upstream: pkg/registry/core/pod/storage.PodStorage.
type PodStorage struct {
	Pod                 *registry.Store
	Status              *resource.SubresourceREST
	Binding             *BindingREST
	Eviction            *EvictionREST
	EphemeralContainers *resource.SubresourceREST
	Resize              *resource.SubresourceREST
}

// NewPodStorage returns the storages of pods and their subresources.
func NewPodStorage(pods *registry.Store, deps *resource.Dependencies) *PodStorage {
	return &PodStorage{
		Pod:                 pods,
		Status:              resource.NewSubresourceREST(pods, podStatusStrategy{}),
		Binding:             NewBindingREST(pods),
		Eviction:            NewEvictionREST(pods, deps),
		EphemeralContainers: resource.NewSubresourceREST(pods, ephemeralStrategy{}),
		Resize:              resource.NewSubresourceREST(pods, resizeStrategy{}),
	}
}

// ephemeralStrategy is the strategy of pods/ephemeralcontainers: it adds debug containers to a running pod.
// Upstream: podEphemeralContainersStrategy.
type ephemeralStrategy struct{ podStrategy }

// PrepareForUpdate resets everything but the ephemeral containers.
func (ephemeralStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	pod, before := obj.(*corev1.Pod), old.(*corev1.Pod)
	added := pod.Spec.EphemeralContainers
	pod.Spec = before.Spec
	pod.Spec.EphemeralContainers = added
	pod.Status = before.Status
	metav1.ResetObjectMetaForStatus(&pod.ObjectMeta, &before.ObjectMeta)
	countGeneration(pod, before)
}

// GetResetFields is nil, as upstream: a manager owns all fields that it sends, also those that are reset.
func (ephemeralStrategy) GetResetFields() rest.ResetFields { return nil }

func (ephemeralStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return ValidateEphemeralContainersUpdate(obj.(*corev1.Pod), old.(*corev1.Pod))
}

// resizeStrategy is the strategy of pods/resize: it changes CPU and memory of a running pod. Upstream: podResizeStrategy.
type resizeStrategy struct{ podStrategy }

// PrepareForUpdate keeps everything but the resources. If the containers do not match the stored ones it changes nothing,
// and validation refuses the update.
func (resizeStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	pod, before := obj.(*corev1.Pod), old.(*corev1.Pod)
	if len(pod.Spec.Containers) == len(before.Spec.Containers) && len(pod.Spec.InitContainers) == len(before.Spec.InitContainers) {
		asked := pod.Spec
		pod.Spec = before.Spec
		pod.Spec.Resources = asked.Resources
		pod.Spec.Containers = resized(before.Spec.Containers, asked.Containers)
		pod.Spec.InitContainers = resized(before.Spec.InitContainers, asked.InitContainers)
		pod.Status = before.Status
		metav1.ResetObjectMetaForStatus(&pod.ObjectMeta, &before.ObjectMeta)
	}
	countGeneration(pod, before)
}

// GetResetFields is nil, as upstream: a manager owns all fields that it sends, also those that are reset.
func (resizeStrategy) GetResetFields() rest.ResetFields { return nil }

// resized returns the stored containers with the requested resources.
func resized(running, asked []corev1.Container) []corev1.Container {
	if len(asked) == 0 {
		return asked
	}
	merged := slices.Clone(running)
	for i := range asked {
		if merged[i].Name != asked[i].Name {
			return asked
		}
		merged[i].Resources, merged[i].ResizePolicy = asked[i].Resources, asked[i].ResizePolicy
	}
	return merged
}

func (resizeStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return ValidatePodResize(obj.(*corev1.Pod), old.(*corev1.Pod))
}

// ValidatePodResize: only CPU and memory change, and the quality of service class stays. Upstream: validation.ValidatePodResize.
func ValidatePodResize(pod, before *corev1.Pod) field.ErrorList {
	o := optionsForPod(before)
	errs := validatePodMetadataAndSpec(pod, o)
	switch {
	case podspec.IsMirror(before.Annotations):
		return field.ErrorList{field.Forbidden(field.NewPath(""), "static pods cannot be resized")}
	case before.Spec.OS != nil && before.Spec.OS.Name == corev1.Windows:
		return field.ErrorList{field.Forbidden(field.NewPath(""), "windows pods cannot be resized")}
	}
	if cmp.Or(before.Status.QOSClass, qualityOfService(&before.Spec)) != qualityOfService(&pod.Spec) {
		errs = append(errs, field.Invalid(specPath, pod.Status.QOSClass, "Pod QOS Class may not change as a result of resizing"))
	}
	if !resizable(before) {
		errs = append(errs, field.Forbidden(specPath, "Pod running on node without support for resize"))
	}
	kept := pod.Spec.DeepCopy()
	errs = append(errs, validatePodLevelResize(kept, &pod.Spec, &before.Spec)...)
	if len(before.Status.NodeAllocatableResourceClaimStatuses) > 0 {
		errs = append(errs, field.Forbidden(specPath, "pods with node allocatable resource claims cannot be resized"))
	}
	if other := validateSameContainers(&pod.Spec, &before.Spec); len(other) > 0 {
		return append(errs, other...)
	}
	errs = append(errs, validateContainersResize(kept, &pod.Spec, &before.Spec)...)
	if len(errs) == 0 && !equality.Semantic.DeepEqual(kept, &before.Spec) {
		errs = append(errs, field.Forbidden(specPath, "only cpu and memory resources are mutable"))
	}
	return errs
}

// resizable reports whether the kubelet supports resize: then it reports the resources of running containers.
func resizable(pod *corev1.Pod) bool {
	for i := range pod.Status.ContainerStatuses {
		if s := &pod.Status.ContainerStatuses[i]; s.State.Running != nil {
			return s.Resources != nil
		}
	}
	return true
}

func validateSameContainers(now, was *corev1.PodSpec) field.ErrorList {
	var errs field.ErrorList
	for _, kind := range []struct {
		name     string
		now, was []corev1.Container
	}{{"containers", now.Containers, was.Containers}, {"initContainers", now.InitContainers, was.InitContainers}} {
		if len(kind.now) != len(kind.was) {
			errs = append(errs, field.Forbidden(specPath.Child(kind.name), kind.name+" may not be added or removed on resize"))
			continue
		}
		for i := range kind.was {
			if kind.now[i].Name != kind.was[i].Name {
				errs = append(errs, field.Forbidden(specPath.Child(kind.name).Index(i).Child("name"),
					kind.name+" may not be renamed or reordered on resize"))
			}
		}
	}
	return errs
}

// validatePodLevelResize checks the pod-level resources, and puts the stored CPU and memory into kept.
func validatePodLevelResize(kept, now, was *corev1.PodSpec) field.ErrorList {
	if !asks(now.Resources) && !asks(was.Resources) {
		return nil
	}
	path := specPath.Child("resources")
	old := was.Resources
	if now.Resources == nil {
		return field.ErrorList{field.Forbidden(path, "pod-level resources cannot be removed")}
	}
	if old == nil {
		old = &corev1.ResourceRequirements{}
	}
	var errs field.ErrorList
	if removes(now.Resources.Requests, old.Requests) {
		errs = append(errs, field.Forbidden(path.Child("requests"), "pod-level resource requests cannot be removed"))
	}
	if removes(now.Resources.Limits, old.Limits) {
		errs = append(errs, field.Forbidden(path.Child("limits"), "pod-level resource limits cannot be removed"))
	}
	*kept.Resources = withAmounts(*kept.Resources, *old)
	if was.Resources == nil && !asks(kept.Resources) {
		kept.Resources = nil
	}
	if !equality.Semantic.DeepEqual(kept.Resources, was.Resources) {
		errs = append(errs, field.Forbidden(specPath, "only cpu and memory resources are mutable at pod-level"))
	}
	return errs
}

func asks(r *corev1.ResourceRequirements) bool {
	return r != nil && len(r.Requests)+len(r.Limits) > 0
}

// validateContainersResize does the same for the containers, whose names are known to match.
func validateContainersResize(kept, now, was *corev1.PodSpec) field.ErrorList {
	var errs field.ErrorList
	for i := range was.InitContainers {
		path := specPath.Child("initContainers").Index(i)
		errs = append(errs, validateResourceNamesKept(path.Child("resources"), &now.InitContainers[i].Resources, &was.InitContainers[i].Resources)...)
	}
	for i := range was.Containers {
		path := specPath.Child("containers").Index(i)
		errs = append(errs, validateResourceNamesKept(path.Child("resources"), &now.Containers[i].Resources, &was.Containers[i].Resources)...)
	}
	for i := range kept.Containers {
		if c := &kept.Containers[i]; !onlyAmounts(c, &was.Containers[i]) {
			errs = append(errs, field.Forbidden(specPath, "only cpu and memory resources are mutable"))
		}
	}
	for i := range kept.InitContainers {
		c, path := &kept.InitContainers[i], specPath.Child("initContainers").Index(i)
		changed := !equality.Semantic.DeepEqual(c, &was.InitContainers[i])
		if !onlyAmounts(c, &was.InitContainers[i]) {
			errs = append(errs, field.Forbidden(path, "only cpu and memory resources for init or sidecar containers are mutable"))
		}
		for _, p := range c.ResizePolicy {
			if changed && !podspec.IsSidecar(c) && p.RestartPolicy == corev1.RestartContainer {
				errs = append(errs, field.Forbidden(path, "non-sidecar init containers with a resize policy of RestartContainer cannot be resized"))
			}
		}
	}
	return errs
}

func validateResourceNamesKept(path *field.Path, now, was *corev1.ResourceRequirements) field.ErrorList {
	var errs field.ErrorList
	if removes(now.Requests, was.Requests) {
		errs = append(errs, field.Forbidden(path.Child("requests"), "resource requests cannot be removed"))
	}
	if removes(now.Limits, was.Limits) {
		errs = append(errs, field.Forbidden(path.Child("limits"), "resource limits cannot be removed"))
	}
	return errs
}

func removes(now, was corev1.ResourceList) bool {
	for name := range was {
		if _, ok := now[name]; !ok {
			return true
		}
	}
	return false
}

// onlyAmounts reports whether c differs from the stored container only in the amounts of CPU and memory.
func onlyAmounts(c, was *corev1.Container) bool {
	c.Resources = withAmounts(c.Resources, was.Resources)
	c.Resources.Claims = nil
	return equality.Semantic.DeepEqual(c, was)
}

// withAmounts returns r with the CPU and memory of another.
func withAmounts(r, of corev1.ResourceRequirements) corev1.ResourceRequirements {
	r.Limits, r.Requests = withMeasured(r.Limits, of.Limits), withMeasured(r.Requests, of.Requests)
	return r
}

func withMeasured(list, of corev1.ResourceList) corev1.ResourceList {
	if list == nil && of == nil {
		return nil
	}
	mixed := corev1.ResourceList{}
	for name, q := range list {
		mixed[name] = q
	}
	for _, name := range podspec.ComputeResources {
		delete(mixed, name)
		if q, ok := of[name]; ok {
			mixed[name] = q
		}
	}
	return mixed
}
