package versions

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// podLevelResources fills in the pod-level requests and limits if the pod has any: requests are the sum of the
// containers' requests, or else the pod's limits. Limits of huge pages, which cannot be overcommitted, are the sum of
// the containers' limits. Upstream: defaultPodRequests, defaultHugePagePodLimits.
func podLevelResources(s *corev1.PodSpec) {
	r := s.Resources
	if r == nil || len(r.Limits)+len(r.Requests) == 0 {
		return
	}
	limits := together(s, func(r corev1.ResourceRequirements) corev1.ResourceList { return r.Limits })
	keep(limits, func(name corev1.ResourceName) bool {
		_, requested := r.Requests[name]
		return hugePages(name) && !requested
	})
	completeAny(&r.Limits, limits)
	if len(r.Limits) == 0 {
		return
	}
	requests := together(s, func(r corev1.ResourceRequirements) corev1.ResourceList { return r.Requests })
	keep(requests, func(name corev1.ResourceName) bool { return forPods(name) && !hugePages(name) })
	completeAny(&r.Requests, requests)
	own := r.Limits.DeepCopy()
	keep(own, forPods)
	completeAny(&r.Requests, own)
}

// together returns what the containers need at one time: the sum of all that run side by side or, if that is more, the
// largest init container with the sidecars that were started before it. Upstream: component-helpers
// resource.AggregateContainerRequests.
func together(s *corev1.PodSpec, of func(corev1.ResourceRequirements) corev1.ResourceList) corev1.ResourceList {
	sum, sidecars, peak := corev1.ResourceList{}, corev1.ResourceList{}, corev1.ResourceList{}
	for _, c := range s.Containers {
		add(sum, of(c.Resources))
	}
	for _, c := range s.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			add(sum, of(c.Resources))
			add(sidecars, of(c.Resources))
			raise(peak, sidecars)
			continue
		}
		now := sidecars.DeepCopy()
		add(now, of(c.Resources))
		raise(peak, now)
	}
	raise(sum, peak)
	return sum
}

// hugePages reports the name of a huge pages resource.
func hugePages(name corev1.ResourceName) bool {
	return strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix)
}

// forPods reports a resource that a pod-level request or limit can name.
func forPods(name corev1.ResourceName) bool {
	return name == corev1.ResourceCPU || name == corev1.ResourceMemory || hugePages(name)
}

func keep(list corev1.ResourceList, wanted func(corev1.ResourceName) bool) {
	for name := range list {
		if !wanted(name) {
			delete(list, name)
		}
	}
}

// completeAny is complete, but leaves a nil list nil if there are no values.
func completeAny(list *corev1.ResourceList, values corev1.ResourceList) {
	if len(values) > 0 {
		complete(list, values)
	}
}

// roundUp rounds every quantity up to a multiple of 1m (a thousandth), the finest unit that the API stores.
func roundUp(lists ...corev1.ResourceList) {
	for _, list := range lists {
		for name, quantity := range list {
			if exact := quantity.RoundUp(resource.Milli); !exact {
				list[name] = quantity
			}
		}
	}
}

// complete adds the values that list does not have. It makes an empty list of a nil one, even if there are no values.
func complete(list *corev1.ResourceList, values corev1.ResourceList) {
	if *list == nil {
		*list = corev1.ResourceList{}
	}
	for name, quantity := range values {
		if _, named := (*list)[name]; !named {
			(*list)[name] = quantity.DeepCopy()
		}
	}
}

// add adds each of values to sum.
func add(sum, values corev1.ResourceList) {
	for name, quantity := range values {
		total := sum[name].DeepCopy()
		total.Add(quantity)
		sum[name] = total
	}
}

// raise sets each quantity of most to the maximum of it and the one in values.
func raise(most, values corev1.ResourceList) {
	for name, quantity := range values {
		if had, named := most[name]; !named || quantity.Cmp(had) > 0 {
			most[name] = quantity.DeepCopy()
		}
	}
}
