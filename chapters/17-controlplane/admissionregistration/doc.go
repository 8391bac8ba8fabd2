// Package admissionregistration serves admissionregistration.k8s.io: admission policies and admission webhooks.
//
// In: policies with CEL expressions, which are validated but not compiled, their bindings, and configurations of
// webhooks. Out: rows of the table (Groups), with strategies that validate them. Chapter 15 is about admission itself.
//
// Upstream: k8s.io/kubernetes/pkg/registry/admissionregistration and pkg/apis/admissionregistration/validation.
//
// Read in this order:
//
//	groups.go             the rows
//	webhook.go            configurations of mutating and validating webhooks
//	policy.go             policies and their bindings: strategies and columns
//	policy_validation.go  the rules for policies, bindings and match conditions
package admissionregistration
