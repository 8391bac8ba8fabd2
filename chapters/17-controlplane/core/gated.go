package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// takeNarrowed puts the old choice of nodes into spec, and says where the new one is not a narrower one.
func takeNarrowed(spec, was *corev1.PodSpec) field.ErrorList {
	var found field.ErrorList
	if !equality.Semantic.DeepEqual(spec.NodeSelector, was.NodeSelector) {
		found = onlyMoreLabels(spec.NodeSelector, was.NodeSelector)
		spec.NodeSelector = was.NodeSelector
	}
	old, now := nodeAffinityOf(was), nodeAffinityOf(spec)
	if equality.Semantic.DeepEqual(old, now) {
		return found
	}
	found = append(found, onlyNarrower(now, old)...)
	switch a := spec.Affinity; {
	case a == nil: // then old is not nil: they differ
		spec.Affinity = &corev1.Affinity{NodeAffinity: old}
	case was.Affinity == nil && a.PodAntiAffinity == nil && a.PodAffinity == nil:
		spec.Affinity = nil
	default:
		a.NodeAffinity = old
	}
	return found
}

func nodeAffinityOf(spec *corev1.PodSpec) *corev1.NodeAffinity {
	if spec.Affinity == nil {
		return nil
	}
	return spec.Affinity.NodeAffinity
}

func onlyMoreLabels(now, was map[string]string) field.ErrorList {
	for key, value := range was {
		if v, ok := now[key]; !ok || v != value {
			return field.ErrorList{field.Invalid(specPath.Child("nodeSelector"), now,
				"only additions to spec.nodeSelector are allowed (no mutations or deletions)")}
		}
	}
	return nil
}

// onlyNarrower: each required term stays and may ask for more. Preferences may change.
func onlyNarrower(now, was *corev1.NodeAffinity) field.ErrorList {
	old, terms := requiredNodes(was), requiredNodes(now)
	path := specPath.Child("affinity", "nodeAffinity", requiredTerms, "nodeSelectorTerms")
	if len(old) > 0 && len(old) != len(terms) {
		return field.ErrorList{field.Invalid(path, resource.InternalForm(terms), "no additions/deletions to non-empty NodeSelectorTerms list are allowed")}
	}
	var found field.ErrorList
	for i := range old {
		if !extends(&terms[i], &old[i]) {
			found = append(found, field.Invalid(path.Index(i), resource.InternalForm(terms[i]), "only additions are allowed (no mutations or deletions)"))
		}
	}
	return found
}

func requiredNodes(a *corev1.NodeAffinity) []corev1.NodeSelectorTerm {
	if a == nil || a.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return nil
	}
	return a.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
}

// extends: a term asks for all that the old one did. An empty term selects nothing, and so nothing can be added to it.
func extends(now, was *corev1.NodeSelectorTerm) bool {
	if len(was.MatchExpressions)+len(was.MatchFields) == 0 {
		return len(now.MatchExpressions)+len(now.MatchFields) == 0
	}
	return begins(now.MatchExpressions, was.MatchExpressions) && begins(now.MatchFields, was.MatchFields)
}

func begins(list, with []corev1.NodeSelectorRequirement) bool {
	return len(list) >= len(with) && (len(with) == 0 || equality.Semantic.DeepEqual(list[:len(with)], with))
}
