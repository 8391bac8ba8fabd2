package cluster

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// What a scope can be about.
var (
	countOfPods = []corev1.ResourceName{corev1.ResourcePods}
	useOfPods   = []corev1.ResourceName{corev1.ResourcePods, corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceLimitsCPU,
		corev1.ResourceLimitsMemory, corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory}
	useOfClaims = []corev1.ResourceName{corev1.ResourcePersistentVolumeClaims, corev1.ResourceRequestsStorage}
)

// scopes are those that a quota may have, with the standard resources that each can limit.
// Upstream: IsResourceQuotaScopeValidForResource.
var scopes = map[corev1.ResourceQuotaScope][]corev1.ResourceName{
	corev1.ResourceQuotaScopeBestEffort:                countOfPods,
	corev1.ResourceQuotaScopeNotBestEffort:             useOfPods,
	corev1.ResourceQuotaScopeTerminating:               useOfPods,
	corev1.ResourceQuotaScopeNotTerminating:            useOfPods,
	corev1.ResourceQuotaScopePriorityClass:             useOfPods,
	corev1.ResourceQuotaScopeCrossNamespacePodAffinity: useOfPods,
	corev1.ResourceQuotaScopeVolumeAttributesClass:     useOfClaims,
}

// exclusive are the scopes that no object can have together.
var exclusive = [][2]corev1.ResourceQuotaScope{
	{corev1.ResourceQuotaScopeBestEffort, corev1.ResourceQuotaScopeNotBestEffort},
	{corev1.ResourceQuotaScopeTerminating, corev1.ResourceQuotaScopeNotTerminating},
}

// beyondScope finds an error for each standard resource that the scope cannot limit.
func beyondScope(hard corev1.ResourceList, scope corev1.ResourceQuotaScope, err *field.Error) field.ErrorList {
	var found field.ErrorList
	within, known := scopes[scope]
	for _, name := range sorted(hard) {
		if known && standardForQuota(name) && !slices.Contains(within, name) {
			found = append(found, err)
		}
	}
	return found
}

func conflicting(named []corev1.ResourceQuotaScope, err *field.Error) field.ErrorList {
	var found field.ErrorList
	for _, pair := range exclusive {
		if slices.Contains(named, pair[0]) && slices.Contains(named, pair[1]) {
			found = append(found, err)
		}
	}
	return found
}

// validateScopes is upstream's validateResourceQuotaScopes.
func validateScopes(path *field.Path, spec *corev1.ResourceQuotaSpec) field.ErrorList {
	var found field.ErrorList
	for _, scope := range spec.Scopes {
		if _, known := scopes[scope]; !known {
			found = append(found, field.Invalid(path, spec.Scopes, "unsupported scope"))
		}
		found = append(found, beyondScope(spec.Hard, scope,
			field.Invalid(path, spec.Scopes, "unsupported scope applied to resource"))...)
	}
	return append(found, conflicting(spec.Scopes, field.Invalid(path, spec.Scopes, "conflicting scopes"))...)
}

// validateScopeSelector is upstream's validateScopedResourceSelectorRequirement.
func validateScopeSelector(path *field.Path, spec *corev1.ResourceQuotaSpec) field.ErrorList {
	if spec.ScopeSelector == nil {
		return nil
	}
	var found field.ErrorList
	var named []corev1.ResourceQuotaScope
	for _, r := range spec.ScopeSelector.MatchExpressions {
		if _, known := scopes[r.ScopeName]; !known {
			found = append(found, field.Invalid(path.Child("scopeName"), r.ScopeName, "unsupported scope"))
		}
		found = append(found, beyondScope(spec.Hard, r.ScopeName,
			field.Invalid(path, spec.ScopeSelector, "unsupported scope applied to resource"))...)
		found = append(found, validateScopeOperator(path, r)...)
		named = append(named, r.ScopeName)
	}
	return append(found, conflicting(named, field.Invalid(path, spec.Scopes, "conflicting scopes"))...)
}

// validateScopeOperator: of most scopes there are no values, so that only their presence can be asked for.
func validateScopeOperator(path *field.Path, r corev1.ScopedResourceSelectorRequirement) field.ErrorList {
	var found field.ErrorList
	valued := r.ScopeName == corev1.ResourceQuotaScopePriorityClass || r.ScopeName == corev1.ResourceQuotaScopeVolumeAttributesClass
	if _, known := scopes[r.ScopeName]; known && !valued && r.Operator != corev1.ScopeSelectorOpExists {
		found = append(found, field.Invalid(path.Child("operator"), r.Operator, "must be 'Exists' when scope is any of "+
			"ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "+
			"ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"))
	}
	switch r.Operator {
	case corev1.ScopeSelectorOpIn, corev1.ScopeSelectorOpNotIn:
		if len(r.Values) == 0 {
			found = append(found, field.Required(path.Child("values"),
				"must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"))
		}
	case corev1.ScopeSelectorOpExists, corev1.ScopeSelectorOpDoesNotExist:
		if len(r.Values) != 0 {
			found = append(found, field.Invalid(path.Child("values"), r.Values,
				"must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"))
		}
	default:
		found = append(found, field.Invalid(path.Child("operator"), r.Operator, "not a valid selector operator"))
	}
	return found
}
