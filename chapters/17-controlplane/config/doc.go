// Package config serves what pods read and run as: configuration maps, secrets, service accounts.
//
// In: objects whose data have valid keys and a bounded size, and which may be immutable. Out: rows of the table (Groups).
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/{configmap,secret,serviceaccount}.
//
// Read in this order:
//
//	groups.go          the rows
//	configmap.go       the simplest strategy: it only validates
//	secret.go          types of secrets and the keys that they need
//	serviceaccount.go  a SpecStatus with neither spec nor status
package config
