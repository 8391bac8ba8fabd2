package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// quotaStrategy: a quota limits what can be counted, and its scopes stay. Upstream: pkg/registry/core/resourcequota.
var quotaStrategy = resource.SpecStatus[corev1.ResourceQuota, *corev1.ResourceQuota]{
	Strategy:     namespaced,
	NoGeneration: true,
	Spec:         func(q *corev1.ResourceQuota) any { return &q.Spec },
	Status:       func(q *corev1.ResourceQuota) any { return &q.Status },
	ValidateFunc: func(_ context.Context, q *corev1.ResourceQuota) field.ErrorList {
		spec := field.NewPath("spec")
		found := validateQuotaList(spec.Child("hard"), q.Spec.Hard)
		found = append(found, validateScopes(spec.Child("scopes"), &q.Spec)...)
		return append(found, validateScopeSelector(spec.Child("scopeSelector", "matchExpressions"), &q.Spec)...)
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
	var found field.ErrorList
	if q.ResourceVersion == "" {
		found = append(found, field.Required(field.NewPath("resourceVersion"), ""))
	}
	status := field.NewPath("status")
	found = append(found, validateQuotaList(status.Child("hard"), q.Status.Hard)...)
	return append(found, validateQuotaList(status.Child("used"), q.Status.Used)...)
})

// validateQuotaList is upstream's ValidateResourceQuotaResourceName and ValidateResourceQuantityValue of each entry.
func validateQuotaList(path *field.Path, list corev1.ResourceList) field.ErrorList {
	var found field.ErrorList
	for _, name := range sorted(list) {
		at := path.Key(string(name))
		found = append(found, validateResourceName(at, name)...)
		if !strings.Contains(string(name), "/") && !standardForQuota(name) {
			found = append(found, field.Invalid(at, name, "must be a standard resource for quota"))
		}
		found = append(found, validateQuantity(at, name, list[name])...)
	}
	return found
}

// quotaWarnings: requests above limits can never be used up.
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
		for _, name := range sorted(q.Status.Hard) {
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
