package cluster

import (
	"slices"
	"strings"

	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// flowVerbs are those that a rule may name, sorted.
var flowVerbs = []string{"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"}

// validateFlowRule is upstream's ValidateFlowSchemaPolicyRulesWithSubjects.
func validateFlowRule(at *field.Path, r *flowcontrolv1.PolicyRulesWithSubjects) field.ErrorList {
	var found field.ErrorList
	for i, s := range r.Subjects {
		found = append(found, validateFlowSubject(at.Child("subjects").Index(i), &s)...)
	}
	if len(r.Subjects) == 0 {
		found = append(found, field.Required(at.Child("subjects"), "subjects must contain at least one value"))
	}
	if len(r.ResourceRules)+len(r.NonResourceRules) == 0 {
		found = append(found, field.Required(at, "at least one of resourceRules and nonResourceRules has to be non-empty"))
	}
	for i, rule := range r.ResourceRules {
		at := at.Child("resourceRules").Index(i)
		found = append(found, validateFlowVerbs(at.Child("verbs"), rule.Verbs)...)
		found = append(found, allOrSome(at.Child("apiGroups"), rule.APIGroups, "api groups",
			"resource rules must supply at least one api group")...)
		found = append(found, allOrSome(at.Child("resources"), rule.Resources, "resources",
			"resource rules must supply at least one resource")...)
		found = append(found, validateFlowNamespaces(at.Child("namespaces"), rule.Namespaces, rule.ClusterScope)...)
	}
	for i, rule := range r.NonResourceRules {
		at := at.Child("nonResourceRules").Index(i)
		found = append(found, validateFlowVerbs(at.Child("verbs"), rule.Verbs)...)
		urls := at.Child("nonResourceURLs")
		found = append(found, allOrSome(urls, rule.NonResourceURLs, "non-resource URLs", "nonResourceURLs must contain at least one value")...)
		if !slices.Contains(rule.NonResourceURLs, "*") {
			for j, url := range rule.NonResourceURLs {
				found = append(found, validateFlowURL(urls.Index(j), url)...)
			}
		}
	}
	return found
}

// allOrSome: the list has something, and where it has "*", nothing else.
func allOrSome(at *field.Path, list []string, what, missing string) field.ErrorList {
	switch {
	case len(list) == 0:
		return field.ErrorList{field.Required(at, missing)}
	case len(list) > 1 && slices.Contains(list, "*"):
		return field.ErrorList{field.Invalid(at, list, "if '*' is present, must not specify other "+what)}
	}
	return nil
}

func validateFlowVerbs(at *field.Path, verbs []string) field.ErrorList {
	unknown := func(verb string) bool { return !slices.Contains(flowVerbs, verb) }
	if len(verbs) > 0 && !slices.Contains(verbs, "*") && slices.ContainsFunc(verbs, unknown) {
		return field.ErrorList{field.NotSupported(at, verbs, flowVerbs)}
	}
	return allOrSome(at, verbs, "verbs", "verbs must contain at least one value")
}

func validateFlowNamespaces(at *field.Path, namespaces []string, clusterScope bool) field.ErrorList {
	if len(namespaces) == 0 && clusterScope {
		return nil
	}
	found := allOrSome(at, namespaces, "namespaces", "resource rules that are not cluster scoped must supply at least one namespace")
	if slices.Contains(namespaces, "*") {
		return found
	}
	for i, namespace := range namespaces {
		for _, message := range apivalidation.ValidateNamespaceName(namespace, false) {
			found = append(found, field.Invalid(at.Index(i), namespace, "each member of this list must be '*' or a DNS-1123 label; "+message))
		}
	}
	return found
}

// validateFlowURL is upstream's ValidateNonResourceURLPath.
func validateFlowURL(at *field.Path, url string) field.ErrorList {
	wrong := ""
	switch stars := strings.Count(url, "*"); {
	case url == "":
		wrong = "must not be empty"
	case url == "/":
	case !strings.HasPrefix(url, "/"):
		wrong = "must start with slash"
	case strings.Contains(url, " "):
		wrong = "must not contain white-space"
	case strings.Contains(url, "//"):
		wrong = "must not contain double slash"
	case stars > 1 || stars == 1 && !strings.HasSuffix(url, "/*"):
		wrong = "wildcard can only do suffix matching"
	}
	if wrong == "" {
		return nil
	}
	return field.ErrorList{field.Invalid(at, url, wrong)}
}

// validateFlowSubject: what is given is what the kind names. Upstream: ValidateFlowSchemaSubject.
func validateFlowSubject(at *field.Path, s *flowcontrolv1.Subject) field.ErrorList {
	kinds := []flowcontrolv1.SubjectKind{flowcontrolv1.SubjectKindGroup, flowcontrolv1.SubjectKindServiceAccount,
		flowcontrolv1.SubjectKindUser}
	found := among(at.Child("kind"), s.Kind, kinds...)
	if len(found) > 0 {
		return found
	}
	for _, one := range []struct {
		kind  flowcontrolv1.SubjectKind
		field string
		given bool
		check func(*field.Path) field.ErrorList
	}{
		{flowcontrolv1.SubjectKindServiceAccount, "serviceAccount", s.ServiceAccount != nil, func(at *field.Path) field.ErrorList {
			return validateFlowAccount(at, s.ServiceAccount)
		}},
		{flowcontrolv1.SubjectKindUser, "user", s.User != nil, func(at *field.Path) field.ErrorList { return required(at.Child("name"), s.User.Name) }},
		{flowcontrolv1.SubjectKindGroup, "group", s.Group != nil, func(at *field.Path) field.ErrorList {
			return required(at.Child("name"),
				s.Group.Name)
		}},
	} {
		at := at.Child(one.field)
		switch {
		case one.kind != s.Kind && one.given:
			found = append(found, field.Forbidden(at, one.field+" is forbidden when subject kind is not '"+string(one.kind)+"'"))
		case one.kind == s.Kind && !one.given:
			found = append(found, field.Required(at, one.field+" is required when subject kind is '"+string(one.kind)+"'"))
		case one.kind == s.Kind:
			found = append(found, one.check(at)...)
		}
	}
	return found
}

func validateFlowAccount(at *field.Path, s *flowcontrolv1.ServiceAccountSubject) field.ErrorList {
	found := required(at.Child("name"), s.Name)
	if s.Name != "" && s.Name != flowcontrolv1.NameAll {
		found = append(found, wrong(at.Child("name"), s.Name, apivalidation.ValidateServiceAccountName(s.Name, false))...)
	}
	if s.Namespace == "" {
		return append(found, field.Required(at.Child("namespace"), "must specify namespace for service account"))
	}
	return append(found, wrong(at.Child("namespace"), s.Namespace, apivalidation.ValidateNamespaceName(s.Namespace, false))...)
}
