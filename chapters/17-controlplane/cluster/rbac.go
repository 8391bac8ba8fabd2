package cluster

import (
	"context"

	rbacv1 "k8s.io/api/rbac/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	apipath "k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// Roles and their bindings: upstream's pkg/registry/rbac. Names are whatever can be part of a path (system:node).

var roleStrategy = resource.SpecStatus[rbacv1.Role, *rbacv1.Role]{
	Strategy:         namespaced,
	CreateOnUpdate:   true,
	ValidateNameFunc: apipath.ValidatePathSegmentName,
	ValidateFunc: func(_ context.Context, r *rbacv1.Role) field.ErrorList {
		return validateRules(r.Rules, true)
	},
}

var clusterRoleStrategy = resource.SpecStatus[rbacv1.ClusterRole, *rbacv1.ClusterRole]{
	Strategy:         clusterScoped,
	CreateOnUpdate:   true,
	ValidateNameFunc: apipath.ValidatePathSegmentName,
	ValidateWithOldFunc: func(_ context.Context, r, old *rbacv1.ClusterRole) field.ErrorList {
		return append(validateRules(r.Rules, false), validateAggregation(r.AggregationRule, old)...)
	},
}

func validateRules(rules []rbacv1.PolicyRule, ofNamespace bool) field.ErrorList {
	var found field.ErrorList
	for i, rule := range rules {
		found = append(found, validateRule(field.NewPath("rules").Index(i), &rule, ofNamespace)...)
	}
	return found
}

// validateRule: a rule is about resources, or about paths that are none. Upstream: ValidatePolicyRule.
func validateRule(at *field.Path, r *rbacv1.PolicyRule, ofNamespace bool) field.ErrorList {
	var found field.ErrorList
	if len(r.Verbs) == 0 {
		found = append(found, field.Required(at.Child("verbs"), "verbs must contain at least one value"))
	}
	if len(r.NonResourceURLs) > 0 {
		urls := at.Child("nonResourceURLs")
		if ofNamespace {
			found = append(found, field.Invalid(urls, r.NonResourceURLs, "namespaced rules cannot apply to non-resource URLs"))
		}
		if len(r.APIGroups)+len(r.Resources)+len(r.ResourceNames) > 0 {
			found = append(found, field.Invalid(urls, r.NonResourceURLs, "rules cannot apply to both regular resources and non-resource URLs"))
		}
		return found
	}
	if len(r.APIGroups) == 0 {
		found = append(found, field.Required(at.Child("apiGroups"), "resource rules must supply at least one api group"))
	}
	if len(r.Resources) == 0 {
		found = append(found, field.Required(at.Child("resources"), "resource rules must supply at least one resource"))
	}
	return found
}

func validateAggregation(r *rbacv1.AggregationRule, old *rbacv1.ClusterRole) field.ErrorList {
	if r == nil {
		return nil
	}
	at := field.NewPath("aggregationRule", "clusterRoleSelectors")
	var found field.ErrorList
	if len(r.ClusterRoleSelectors) == 0 {
		found = append(found, field.Required(at, "at least one clusterRoleSelector required if aggregationRule is non-nil"))
	}
	strict := metavalidation.LabelSelectorValidationOptions{}
	options := strict
	if old != nil && old.AggregationRule != nil {
		for _, selector := range old.AggregationRule.ClusterRoleSelectors {
			options.AllowInvalidLabelValueInSelector = options.AllowInvalidLabelValueInSelector ||
				len(metavalidation.ValidateLabelSelector(&selector, strict, nil)) > 0
		}
	}
	for i, selector := range r.ClusterRoleSelectors {
		found = append(found, metavalidation.ValidateLabelSelector(&selector, options, at.Index(i))...)
		if _, err := metav1.LabelSelectorAsSelector(&selector); err != nil {
			found = append(found, field.Invalid(at.Index(i), nil, "invalid label selector.")) // upstream shows what it could not make
		}
	}
	return found
}

var bindingStrategy = resource.SpecStatus[rbacv1.RoleBinding, *rbacv1.RoleBinding]{
	Strategy:         namespaced,
	CreateOnUpdate:   true,
	ValidateNameFunc: apipath.ValidatePathSegmentName,
	ValidateFunc: func(_ context.Context, b *rbacv1.RoleBinding) field.ErrorList {
		return append(validateRoleRef(b.RoleRef, "Role", "ClusterRole"), validateSubjects(b.Subjects, true)...)
	},
	ValidateUpdateFunc: func(_ context.Context, b, old *rbacv1.RoleBinding) field.ErrorList {
		return sameRole(b.RoleRef, old.RoleRef)
	},
}

var clusterBindingStrategy = resource.SpecStatus[rbacv1.ClusterRoleBinding, *rbacv1.ClusterRoleBinding]{
	Strategy:         clusterScoped,
	CreateOnUpdate:   true,
	ValidateNameFunc: apipath.ValidatePathSegmentName,
	ValidateFunc: func(_ context.Context, b *rbacv1.ClusterRoleBinding) field.ErrorList {
		return append(validateRoleRef(b.RoleRef, "ClusterRole"), validateSubjects(b.Subjects, false)...)
	},
	ValidateUpdateFunc: func(_ context.Context, b, old *rbacv1.ClusterRoleBinding) field.ErrorList {
		return sameRole(b.RoleRef, old.RoleRef)
	},
}

// sameRole: who may bind a role has been asked once, for this role.
func sameRole(now, before rbacv1.RoleRef) field.ErrorList {
	if now == before {
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath("roleRef"), resource.InternalForm(now), "cannot change roleRef")}
}

func validateRoleRef(r rbacv1.RoleRef, kinds ...string) field.ErrorList {
	at := field.NewPath("roleRef")
	found := among(at.Child("apiGroup"), r.APIGroup, rbacv1.GroupName)
	found = append(found, among(at.Child("kind"), r.Kind, kinds...)...)
	if r.Name == "" {
		return append(found, field.Required(at.Child("name"), ""))
	}
	return append(found, wrong(at.Child("name"), r.Name, apipath.IsValidPathSegmentName(r.Name))...)
}

// validateSubjects is upstream's ValidateRoleBindingSubject of each.
func validateSubjects(subjects []rbacv1.Subject, inNamespace bool) field.ErrorList {
	var found field.ErrorList
	for i, s := range subjects {
		at := field.NewPath("subjects").Index(i)
		found = append(found, required(at.Child("name"), s.Name)...)
		switch s.Kind {
		case rbacv1.ServiceAccountKind:
			if s.Name != "" {
				found = append(found, wrong(at.Child("name"), s.Name, apivalidation.ValidateServiceAccountName(s.Name, false))...)
			}
			found = append(found, among(at.Child("apiGroup"), s.APIGroup, "")...)
			if !inNamespace {
				found = append(found, required(at.Child("namespace"), s.Namespace)...)
			}
		case rbacv1.UserKind, rbacv1.GroupKind:
			found = append(found, among(at.Child("apiGroup"), s.APIGroup, rbacv1.GroupName)...)
		default:
			found = append(found, among(at.Child("kind"), s.Kind, rbacv1.ServiceAccountKind, rbacv1.UserKind, rbacv1.GroupKind)...)
		}
	}
	return found
}
