package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// oldLabels of nodes, and what to use instead.
var oldLabels = map[string]string{
	"beta.kubernetes.io/arch":                       `deprecated since v1.14; use "kubernetes.io/arch" instead`,
	"beta.kubernetes.io/os":                         `deprecated since v1.14; use "kubernetes.io/os" instead`,
	"failure-domain.beta.kubernetes.io/region":      `deprecated since v1.17; use "topology.kubernetes.io/region" instead`,
	"failure-domain.beta.kubernetes.io/zone":        `deprecated since v1.17; use "topology.kubernetes.io/zone" instead`,
	"beta.kubernetes.io/instance-type":              `deprecated since v1.17; use "node.kubernetes.io/instance-type" instead`,
	"app.kubernetes.io/created-by":                  `deprecated since v1.9`,
	"scheduler.alpha.kubernetes.io/preferAvoidPods": `deprecated since v1.22; use Taints and Tolerations instead`,
	"node-role.kubernetes.io/master":                `use "node-role.kubernetes.io/control-plane" instead`,
}

// nodeLabels finds old labels in the choice of nodes.
func (w *warning) nodeLabels() {
	for key := range w.spec.NodeSelector {
		if say, old := oldLabels[key]; old {
			w.add("%s: %s", w.path.Child("nodeSelector").Key(key), say)
		}
	}
	if w.spec.Affinity == nil || w.spec.Affinity.NodeAffinity == nil {
		return
	}
	n, path := w.spec.Affinity.NodeAffinity, w.path.Child("affinity", "nodeAffinity")
	if r := n.RequiredDuringSchedulingIgnoredDuringExecution; r != nil {
		for i := range r.NodeSelectorTerms {
			w.nodeTerm(&r.NodeSelectorTerms[i], path.Child(requiredTerms, "nodeSelectorTerms").Index(i), false)
		}
	}
	for i := range n.PreferredDuringSchedulingIgnoredDuringExecution {
		w.nodeTerm(&n.PreferredDuringSchedulingIgnoredDuringExecution[i].Preference,
			path.Child(preferredTerms).Index(i).Child("preference"), true)
	}
}

func (w *warning) nodeTerm(term *corev1.NodeSelectorTerm, path *field.Path, values bool) {
	for i, r := range term.MatchExpressions {
		at := path.Child("matchExpressions").Index(i)
		if say, old := oldLabels[r.Key]; old {
			w.add("%s: %s is %s", at.Child("key"), r.Key, say)
		}
		for j := 0; values && j < len(r.Values); j++ {
			for _, bad := range validation.IsValidLabelValue(r.Values[j]) {
				w.add("%s: %s is invalid, %s", at.Child("values").Index(j), r.Values[j], bad)
			}
		}
	}
}

const noSelector = "%s: a null labelSelector results in matching no pod"

func (w *warning) spread() {
	for i, c := range w.spec.TopologySpreadConstraints {
		path := w.path.Child("topologySpreadConstraints").Index(i)
		if say, old := oldLabels[c.TopologyKey]; old {
			w.add("%s: %s is %s", path.Child("topologyKey"), c.TopologyKey, say)
		}
		if c.LabelSelector == nil {
			w.add(noSelector, path.Child("labelSelector"))
		}
	}
}

// emptySelectors finds affinity to no pod.
func (w *warning) emptySelectors() {
	if w.spec.Affinity == nil {
		return
	}
	look := func(need []corev1.PodAffinityTerm, prefer []corev1.WeightedPodAffinityTerm, path *field.Path) {
		for i := range need {
			if need[i].LabelSelector == nil {
				w.add(noSelector, path.Child(requiredTerms).Index(i).Child("labelSelector"))
			}
		}
		for i := range prefer {
			if prefer[i].PodAffinityTerm.LabelSelector == nil {
				w.add(noSelector, path.Child(preferredTerms).Index(i).Child("podAffinityTerm", "labelSelector"))
			}
		}
	}
	path := w.path.Child("affinity")
	if a := w.spec.Affinity.PodAffinity; a != nil {
		look(a.RequiredDuringSchedulingIgnoredDuringExecution, a.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAffinity"))
	}
	if a := w.spec.Affinity.PodAntiAffinity; a != nil {
		look(a.RequiredDuringSchedulingIgnoredDuringExecution, a.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAntiAffinity"))
	}
}

// annotations finds those that have no effect any more.
func (w *warning) annotations() {
	for _, old := range []struct{ key, say string }{
		{"scheduler.alpha.kubernetes.io/critical-pod", `non-functional in v1.16+; use the "priorityClassName" field instead`},
		{"security.alpha.kubernetes.io/sysctls", `non-functional in v1.11+; use the "sysctls" field instead`},
		{"security.alpha.kubernetes.io/unsafe-sysctls", `non-functional in v1.11+; use the "sysctls" field instead`},
	} {
		if _, ok := w.meta.Annotations[old.key]; ok {
			w.add("%s: %s", w.root.Child("metadata", "annotations").Key(old.key), old.say)
		}
	}
}
