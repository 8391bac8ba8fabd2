// Package admissionregistration is admissionregistration.k8s.io: who else is asked before an object is stored.
//
// In: policies with expressions (CEL, which are checked in form and not compiled), their bindings, and configurations of
// webhooks. Out: rows of the table (Groups), with strategies that validate them. Admission itself is chapter 15's.
//
// Upstream: k8s.io/kubernetes/pkg/registry/admissionregistration and pkg/apis/admissionregistration/validation.
//
// Read in this order:
//
//	groups.go             the rows
//	webhook.go            configurations of mutating and validating webhooks
//	policy.go             policies and their bindings: strategies and columns
//	policy_validation.go  what a policy, a binding and their match conditions may say
package admissionregistration
