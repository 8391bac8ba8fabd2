// Package validate checks single values, as many kinds need it: required, supported, immutable, well named; names
// and quantities of resources; terms that select nodes.
//
// In: a path and a value. Out: a field.ErrorList, nil where the value is valid, in upstream's words.
//
// Upstream: k8s.io/kubernetes/pkg/apis/core/validation and k8s.io/apimachinery/pkg/api/validation.
//
// Read in this order:
//
//	rules.go         required, supported, immutable, and forms of names
//	quantity.go      names of resources and their quantities
//	nodeselector.go  node selectors, names of drivers
package validate
