package rbac

import (
	"context"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	rbacv1beta1 "k8s.io/api/rbac/v1beta1" // upstream describes with the words of this version
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	apipath "k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// The strategies of roles and bindings. A name is any valid path segment (system:node). Upstream: pkg/registry/rbac.

var roleStrategy = resource.SpecStatus[rbacv1.Role, *rbacv1.Role]{
	Strategy:         registry.Namespaced{},
	CreateOnUpdate:   true,
	ValidateNameFunc: apipath.ValidatePathSegmentName,
	ValidateFunc: func(_ context.Context, r *rbacv1.Role) field.ErrorList {
		return validateRules(r.Rules, true)
	},
}

var clusterRoleStrategy = resource.SpecStatus[rbacv1.ClusterRole, *rbacv1.ClusterRole]{
	Strategy:         registry.ClusterScoped{},
	CreateOnUpdate:   true,
	ValidateNameFunc: apipath.ValidatePathSegmentName,
	ValidateWithOldFunc: func(_ context.Context, r, old *rbacv1.ClusterRole) field.ErrorList {
		return append(validateRules(r.Rules, false), validateAggregation(r.AggregationRule, old)...)
	},
}

func validateRules(rules []rbacv1.PolicyRule, ofNamespace bool) field.ErrorList {
	var errs field.ErrorList
	for i, rule := range rules {
		errs = append(errs, validateRule(field.NewPath("rules").Index(i), &rule, ofNamespace)...)
	}
	return errs
}

// validateRule: a rule is either for resources or for non-resource URLs. Upstream: ValidatePolicyRule.
func validateRule(path *field.Path, r *rbacv1.PolicyRule, ofNamespace bool) field.ErrorList {
	var errs field.ErrorList
	if len(r.Verbs) == 0 {
		errs = append(errs, field.Required(path.Child("verbs"), "verbs must contain at least one value"))
	}
	if len(r.NonResourceURLs) > 0 {
		urls := path.Child("nonResourceURLs")
		if ofNamespace {
			errs = append(errs, field.Invalid(urls, r.NonResourceURLs, "namespaced rules cannot apply to non-resource URLs"))
		}
		if len(r.APIGroups)+len(r.Resources)+len(r.ResourceNames) > 0 {
			errs = append(errs, field.Invalid(urls, r.NonResourceURLs, "rules cannot apply to both regular resources and non-resource URLs"))
		}
		return errs
	}
	if len(r.APIGroups) == 0 {
		errs = append(errs, field.Required(path.Child("apiGroups"), "resource rules must supply at least one api group"))
	}
	if len(r.Resources) == 0 {
		errs = append(errs, field.Required(path.Child("resources"), "resource rules must supply at least one resource"))
	}
	return errs
}

// validateAggregation: there are selectors, and they are valid. Label values that are invalid today are valid if stored.
func validateAggregation(r *rbacv1.AggregationRule, old *rbacv1.ClusterRole) field.ErrorList {
	if r == nil {
		return nil
	}
	path := field.NewPath("aggregationRule", "clusterRoleSelectors")
	var errs field.ErrorList
	if len(r.ClusterRoleSelectors) == 0 {
		errs = append(errs, field.Required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil"))
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
		errs = append(errs, metavalidation.ValidateLabelSelector(&selector, options, path.Index(i))...)
		if _, err := metav1.LabelSelectorAsSelector(&selector); err != nil {
			errs = append(errs, field.Invalid(path.Index(i), nil, "invalid label selector.")) // upstream shows the selector, which is nil
		}
	}
	return errs
}

var bindingStrategy = resource.SpecStatus[rbacv1.RoleBinding, *rbacv1.RoleBinding]{
	Strategy:         registry.Namespaced{},
	CreateOnUpdate:   true,
	ValidateNameFunc: apipath.ValidatePathSegmentName,
	ValidateFunc: func(_ context.Context, b *rbacv1.RoleBinding) field.ErrorList {
		return append(validateRoleRef(b.RoleRef, "Role", "ClusterRole"), validateSubjects(b.Subjects, true)...)
	},
	ValidateUpdateFunc: func(_ context.Context, b, old *rbacv1.RoleBinding) field.ErrorList {
		return validateRoleRefUnchanged(b.RoleRef, old.RoleRef)
	},
}

var clusterBindingStrategy = resource.SpecStatus[rbacv1.ClusterRoleBinding, *rbacv1.ClusterRoleBinding]{
	Strategy:         registry.ClusterScoped{},
	CreateOnUpdate:   true,
	ValidateNameFunc: apipath.ValidatePathSegmentName,
	ValidateFunc: func(_ context.Context, b *rbacv1.ClusterRoleBinding) field.ErrorList {
		return append(validateRoleRef(b.RoleRef, "ClusterRole"), validateSubjects(b.Subjects, false)...)
	},
	ValidateUpdateFunc: func(_ context.Context, b, old *rbacv1.ClusterRoleBinding) field.ErrorList {
		return validateRoleRefUnchanged(b.RoleRef, old.RoleRef)
	},
}

// validateRoleRefUnchanged: roleRef is immutable, because the right to bind a role is checked on create.
func validateRoleRefUnchanged(now, before rbacv1.RoleRef) field.ErrorList {
	if now == before {
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath("roleRef"), now, "cannot change roleRef")}
}

func validateRoleRef(r rbacv1.RoleRef, kinds ...string) field.ErrorList {
	path := field.NewPath("roleRef")
	errs := validate.Supported(path.Child("apiGroup"), r.APIGroup, rbacv1.GroupName)
	errs = append(errs, validate.Supported(path.Child("kind"), r.Kind, kinds...)...)
	if r.Name == "" {
		return append(errs, field.Required(path.Child("name"), ""))
	}
	return append(errs, validate.Invalid(path.Child("name"), r.Name, apipath.IsValidPathSegmentName(r.Name))...)
}

// validateSubjects checks users, groups and service accounts. Upstream: ValidateRoleBindingSubject.
func validateSubjects(subjects []rbacv1.Subject, inNamespace bool) field.ErrorList {
	var errs field.ErrorList
	for i, s := range subjects {
		path := field.NewPath("subjects").Index(i)
		errs = append(errs, validate.Required(path.Child("name"), s.Name)...)
		switch s.Kind {
		case rbacv1.ServiceAccountKind:
			if s.Name != "" {
				errs = append(errs, validate.Invalid(path.Child("name"), s.Name, apivalidation.ValidateServiceAccountName(s.Name, false))...)
			}
			errs = append(errs, validate.Supported(path.Child("apiGroup"), s.APIGroup, "")...)
			if !inNamespace {
				errs = append(errs, validate.Required(path.Child("namespace"), s.Namespace)...)
			}
		case rbacv1.UserKind, rbacv1.GroupKind:
			errs = append(errs, validate.Supported(path.Child("apiGroup"), s.APIGroup, rbacv1.GroupName)...)
		default:
			errs = append(errs, validate.Supported(path.Child("kind"), s.Kind, rbacv1.ServiceAccountKind, rbacv1.UserKind, rbacv1.GroupKind)...)
		}
	}
	return errs
}

// bindingColumns are the columns of kubectl get rolebindings. Upstream: printRoleBinding.
var bindingColumns = resource.Table[rbacv1.RoleBinding, *rbacv1.RoleBinding]{
	Columns: ofBindings("roleBinding", rbacv1beta1.RoleBinding{}),
	Cells: func(b *rbacv1.RoleBinding) []any {
		return append([]any{b.Name, b.RoleRef.Kind + "/" + b.RoleRef.Name, resource.AgeOf(b)}, subjectCells(b.Subjects)...)
	},
}

var clusterBindingColumns = resource.Table[rbacv1.ClusterRoleBinding, *rbacv1.ClusterRoleBinding]{
	Columns: ofBindings("clusterRoleBinding", rbacv1beta1.ClusterRoleBinding{}),
	Cells: func(b *rbacv1.ClusterRoleBinding) []any {
		return append([]any{b.Name, b.RoleRef.Kind + "/" + b.RoleRef.Name, resource.AgeOf(b)}, subjectCells(b.Subjects)...)
	},
}

func ofBindings(kind string, of resource.Documented) []resource.Column {
	return []resource.Column{
		resource.NameColumn(),
		{Name: "Role", Description: strings.Replace(of.SwaggerDoc()["roleRef"], "roleRef", "RoleRef", 1)}, // v1.36's spelling
		resource.AgeColumn(),
		resource.Wide(resource.Column{Name: "Users", Description: "Users in the " + kind}),
		resource.Wide(resource.Column{Name: "Groups", Description: "Groups in the " + kind}),
		resource.Wide(resource.Column{Name: "ServiceAccounts", Description: "ServiceAccounts in the " + kind}),
	}
}

// subjectCells returns the names of the subjects, grouped by kind. Upstream: SubjectsStrings.
func subjectCells(subjects []rbacv1.Subject) []any {
	var users, groups, accounts []string
	for _, s := range subjects {
		switch s.Kind {
		case rbacv1.UserKind:
			users = append(users, s.Name)
		case rbacv1.GroupKind:
			groups = append(groups, s.Name)
		case rbacv1.ServiceAccountKind:
			accounts = append(accounts, s.Namespace+"/"+s.Name)
		}
	}
	return []any{strings.Join(users, ", "), strings.Join(groups, ", "), strings.Join(accounts, ", ")}
}
