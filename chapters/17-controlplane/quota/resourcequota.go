package quota

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// quotaStrategy is the strategy of resource quotas, whose scopes are immutable. Upstream: pkg/registry/core/resourcequota.
var quotaStrategy = resource.SpecStatus[corev1.ResourceQuota, *corev1.ResourceQuota]{
	Strategy:     registry.Namespaced{},
	NoGeneration: true,
	Spec:         func(q *corev1.ResourceQuota) any { return &q.Spec },
	Status:       func(q *corev1.ResourceQuota) any { return &q.Status },
	ValidateFunc: func(_ context.Context, q *corev1.ResourceQuota) field.ErrorList {
		spec := field.NewPath("spec")
		errs := validateQuotaList(spec.Child("hard"), q.Spec.Hard)
		errs = append(errs, validateScopes(spec.Child("scopes"), &q.Spec)...)
		return append(errs, validateScopeSelector(spec.Child("scopeSelector", "matchExpressions"), &q.Spec)...)
	},
	ValidateUpdateFunc: func(_ context.Context, q, old *corev1.ResourceQuota) field.ErrorList {
		if sameSet(q.Spec.Scopes, old.Spec.Scopes) {
			return nil
		}
		return field.ErrorList{field.Invalid(field.NewPath("spec", "scopes"), q.Spec.Scopes, apivalidation.FieldImmutableErrorMsg)}
	},
	WarningsWithOldFunc: func(_ context.Context, q, old *corev1.ResourceQuota) []string {
		if old != nil {
			return nil
		}
		return quotaWarnings(q)
	},
}

var quotaStatus = quotaStrategy.StatusStrategy(func(_ context.Context, q, _ *corev1.ResourceQuota) field.ErrorList {
	var errs field.ErrorList
	if q.ResourceVersion == "" {
		errs = append(errs, field.Required(field.NewPath("resourceVersion"), ""))
	}
	status := field.NewPath("status")
	errs = append(errs, validateQuotaList(status.Child("hard"), q.Status.Hard)...)
	return append(errs, validateQuotaList(status.Child("used"), q.Status.Used)...)
})

// validateQuotaList: each name is valid for a quota, and each quantity for its resource.
// Upstream: ValidateResourceQuotaResourceName, ValidateResourceQuantityValue.
func validateQuotaList(path *field.Path, list corev1.ResourceList) field.ErrorList {
	var errs field.ErrorList
	for _, name := range validate.SortedKeys(list) {
		at := path.Key(string(name))
		errs = append(errs, validate.ResourceName(at, name)...)
		if !strings.Contains(string(name), "/") && !validate.IsStandardQuotaResourceName(name) {
			errs = append(errs, field.Invalid(at, name, "must be a standard resource for quota"))
		}
		errs = append(errs, validate.ResourceQuantity(at, name, list[name])...)
	}
	return errs
}

// quotaWarnings warns of a quota for requests that is greater than that for limits, which no pods can use up.
func quotaWarnings(q *corev1.ResourceQuota) []string {
	var lines []string
	for _, bare := range []corev1.ResourceName{
		corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceStorage, corev1.ResourceEphemeralStorage,
	} {
		limit, limited := q.Spec.Hard["limits."+bare]
		name := "requests." + bare
		if _, ok := q.Spec.Hard[name]; !ok && (bare == corev1.ResourceCPU || bare == corev1.ResourceMemory) {
			name = bare
		}
		request, requested := q.Spec.Hard[name]
		if limited && requested && request.Cmp(limit) > 0 {
			lines = append(lines, fmt.Sprintf("ResourceQuota %s (%s) should be less than %s (%s)",
				name, request.String(), "limits."+bare, limit.String()))
		}
	}
	return lines
}

func sameSet[T comparable](a, b []T) bool {
	within := func(a, b []T) bool {
		return !slices.ContainsFunc(a, func(x T) bool { return !slices.Contains(b, x) })
	}
	return within(a, b) && within(b, a)
}

var quotaColumns = resource.Table[corev1.ResourceQuota, *corev1.ResourceQuota]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Request", Description: "Request represents a minimum amount of cpu/memory that a container may consume."},
		{Name: "Limit", Description: "Limits control the maximum amount of cpu/memory that a container may use independent of " +
			"contention on the node."},
		resource.AgeColumn(),
	},
	Cells: func(q *corev1.ResourceQuota) []any {
		var requests, limits []string
		for _, name := range validate.SortedKeys(q.Status.Hard) {
			used, hard := q.Status.Used[name], q.Status.Hard[name]
			cell := fmt.Sprintf("%s: %s/%s", name, used.String(), hard.String())
			if strings.HasPrefix(string(name), "limits.") {
				limits = append(limits, cell)
			} else {
				requests = append(requests, cell)
			}
		}
		return []any{q.Name, strings.Join(requests, ", "), strings.Join(limits, ", "), resource.AgeOf(q)}
	},
}

// The resources that a scope can limit.
var (
	countOfPods = []corev1.ResourceName{corev1.ResourcePods}
	useOfPods   = []corev1.ResourceName{corev1.ResourcePods, corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceLimitsCPU,
		corev1.ResourceLimitsMemory, corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory}
	useOfClaims = []corev1.ResourceName{corev1.ResourcePersistentVolumeClaims, corev1.ResourceRequestsStorage}
)

// scopes has the valid scopes with the standard resources that each can limit.
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

// exclusive has the pairs of scopes that no object can match together.
var exclusive = [][2]corev1.ResourceQuotaScope{
	{corev1.ResourceQuotaScopeBestEffort, corev1.ResourceQuotaScopeNotBestEffort},
	{corev1.ResourceQuotaScopeTerminating, corev1.ResourceQuotaScopeNotTerminating},
}

// validateScopedResources returns err once for each standard resource that the scope cannot limit.
func validateScopedResources(hard corev1.ResourceList, scope corev1.ResourceQuotaScope, err *field.Error) field.ErrorList {
	var errs field.ErrorList
	within, known := scopes[scope]
	for _, name := range validate.SortedKeys(hard) {
		if known && validate.IsStandardQuotaResourceName(name) && !slices.Contains(within, name) {
			errs = append(errs, err)
		}
	}
	return errs
}

// validateScopesCompatible returns err once for each pair of scopes that exclude each other.
func validateScopesCompatible(named []corev1.ResourceQuotaScope, err *field.Error) field.ErrorList {
	var errs field.ErrorList
	for _, pair := range exclusive {
		if slices.Contains(named, pair[0]) && slices.Contains(named, pair[1]) {
			errs = append(errs, err)
		}
	}
	return errs
}

// validateScopes checks spec.scopes. Upstream: validateResourceQuotaScopes.
func validateScopes(path *field.Path, spec *corev1.ResourceQuotaSpec) field.ErrorList {
	var errs field.ErrorList
	for _, scope := range spec.Scopes {
		if _, known := scopes[scope]; !known {
			errs = append(errs, field.Invalid(path, spec.Scopes, "unsupported scope"))
		}
		errs = append(errs, validateScopedResources(spec.Hard, scope,
			field.Invalid(path, spec.Scopes, "unsupported scope applied to resource"))...)
	}
	return append(errs, validateScopesCompatible(spec.Scopes, field.Invalid(path, spec.Scopes, "conflicting scopes"))...)
}

// validateScopeSelector checks the requirements of spec.scopeSelector. Upstream:
// validateScopedResourceSelectorRequirement.
func validateScopeSelector(path *field.Path, spec *corev1.ResourceQuotaSpec) field.ErrorList {
	if spec.ScopeSelector == nil {
		return nil
	}
	var errs field.ErrorList
	var named []corev1.ResourceQuotaScope
	for _, r := range spec.ScopeSelector.MatchExpressions {
		if _, known := scopes[r.ScopeName]; !known {
			errs = append(errs, field.Invalid(path.Child("scopeName"), r.ScopeName, "unsupported scope"))
		}
		errs = append(errs, validateScopedResources(spec.Hard, r.ScopeName,
			field.Invalid(path, spec.ScopeSelector, "unsupported scope applied to resource"))...)
		errs = append(errs, validateScopeOperator(path, r)...)
		named = append(named, r.ScopeName)
	}
	return append(errs, validateScopesCompatible(named, field.Invalid(path, spec.Scopes, "conflicting scopes"))...)
}

// validateScopeOperator: the operator is valid, and has values only where it needs them. Only the scopes PriorityClass and
// VolumeAttributesClass have values; the others need the operator Exists.
func validateScopeOperator(path *field.Path, r corev1.ScopedResourceSelectorRequirement) field.ErrorList {
	var errs field.ErrorList
	valued := r.ScopeName == corev1.ResourceQuotaScopePriorityClass || r.ScopeName == corev1.ResourceQuotaScopeVolumeAttributesClass
	if _, known := scopes[r.ScopeName]; known && !valued && r.Operator != corev1.ScopeSelectorOpExists {
		errs = append(errs, field.Invalid(path.Child("operator"), r.Operator, "must be 'Exists' when scope is any of "+
			"ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "+
			"ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"))
	}
	switch r.Operator {
	case corev1.ScopeSelectorOpIn, corev1.ScopeSelectorOpNotIn:
		if len(r.Values) == 0 {
			errs = append(errs, field.Required(path.Child("values"),
				"must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"))
		}
	case corev1.ScopeSelectorOpExists, corev1.ScopeSelectorOpDoesNotExist:
		if len(r.Values) != 0 {
			errs = append(errs, field.Invalid(path.Child("values"), r.Values,
				"must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"))
		}
	default:
		errs = append(errs, field.Invalid(path.Child("operator"), r.Operator, "not a valid selector operator"))
	}
	return errs
}
