// Package config has the resources configmaps, secrets and serviceaccounts.
//
// In: objects that clients send. Out: their rows of the table (Groups), with strategies that validate keys, sizes,
// types of secrets, and the flag immutable.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/{configmap,secret,serviceaccount}.
//
// Read in this order:
//
//	groups.go          the resources
//	configmap.go       the simplest strategy: it only validates
//	secret.go          types of secrets and their required keys
//	serviceaccount.go  a SpecStatus without spec and status
package config
