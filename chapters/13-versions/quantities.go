package versions

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// roundUp rounds every quantity up to a thousandth, the finest that the API keeps.
func roundUp(lists ...corev1.ResourceList) {
	for _, list := range lists {
		for name, quantity := range list {
			if exact := quantity.RoundUp(resource.Milli); !exact {
				list[name] = quantity
			}
		}
	}
}

// complete adds what list does not name from values. It makes the list where there is none, even if nothing comes in.
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

// raise lifts each of most to at least what values say.
func raise(most, values corev1.ResourceList) {
	for name, quantity := range values {
		if had, named := most[name]; !named || quantity.Cmp(had) > 0 {
			most[name] = quantity.DeepCopy()
		}
	}
}
