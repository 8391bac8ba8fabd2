// Package validate holds the rules that many kinds share: a value is required, supported, immutable, well named, in a range.
//
// In: the path of a field and its value. Out: a field.ErrorList in upstream's words, nil where the value is valid. A
// function named validateX in another package is the validation of one type, and is made of these rules.
//
// Upstream: k8s.io/kubernetes/pkg/apis/core/validation and k8s.io/apimachinery/pkg/api/validation.
//
// Read in this order:
//
//	rules.go         required, supported, immutable, names, addresses, repeated values
//	number.go        ranges of numbers, ports, file modes
//	filepath.go      paths of files in a container
//	quantity.go      names of resources and their quantities
//	condition.go     conditions of a status
//	nodeselector.go  node selectors, names of CSI drivers
package validate
