package cluster

import (
	"fmt"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateWebhookRule is upstream's validateRuleWithOperations.
func validateWebhookRule(at *field.Path, r *admissionv1.RuleWithOperations) field.ErrorList {
	var found field.ErrorList
	operations := at.Child("operations")
	if len(r.Operations) == 0 {
		found = append(found, field.Required(operations, ""))
	}
	if len(r.Operations) > 1 && slices.Contains(r.Operations, admissionv1.OperationAll) {
		found = append(found, field.Invalid(operations, r.Operations, "if '*' is present, must not specify other operations"))
	}
	for i, operation := range r.Operations {
		found = append(found, among(operations.Index(i), operation, admissionv1.OperationAll, admissionv1.Connect, admissionv1.Create,
			admissionv1.Delete, admissionv1.Update)...)
	}
	found = append(found, allOrSome(at.Child("apiGroups"), r.APIGroups, "API groups", "")...)
	found = append(found, allOrSome(at.Child("apiVersions"), r.APIVersions, "API versions", "")...)
	for i, version := range r.APIVersions {
		found = append(found, required(at.Child("apiVersions").Index(i), version)...)
	}
	found = append(found, validateWebhookResources(at.Child("resources"), r.Resources)...)
	if r.Scope != nil {
		found = append(found, among(at.Child("scope"), *r.Scope, admissionv1.AllScopes, admissionv1.ClusterScope, admissionv1.NamespacedScope)...)
	}
	return found
}

// validateWebhookResources: what "x/*", "*/x" and "*" stand for is not named again. Upstream: validateResources.
func validateWebhookResources(at *field.Path, resources []string) field.ErrorList {
	if len(resources) == 0 {
		return field.ErrorList{field.Required(at, "")}
	}
	var found field.ErrorList
	var allOf, allWith []string
	plain := false
	for i, name := range resources {
		resource, subresource, has := strings.Cut(name, "/")
		switch {
		case name == "":
			found = append(found, field.Required(at.Index(i), ""))
			continue
		case !has:
			plain = name != "*"
			continue
		}
		if slices.Contains(allOf, resource) {
			found = append(found, field.Invalid(at.Index(i), name, fmt.Sprintf("if '%s/*' is present, must not specify %s", resource, name)))
		}
		if slices.Contains(allWith, subresource) {
			found = append(found, field.Invalid(at.Index(i), name, fmt.Sprintf("if '*/%s' is present, must not specify %s", subresource, name)))
		}
		if subresource == "*" {
			allOf = append(allOf, resource)
		}
		if resource == "*" {
			allWith = append(allWith, subresource)
		}
	}
	if len(resources) > 1 && slices.Contains(resources, "*/*") {
		found = append(found, field.Invalid(at, resources, "if '*/*' is present, must not specify other resources"))
	}
	if slices.Contains(resources, "*") && plain {
		found = append(found, field.Invalid(at, resources, "if '*' is present, must not specify other resources without subresources"))
	}
	return found
}
