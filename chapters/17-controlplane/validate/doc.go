// Package validate holds the validation rules that many kinds share: a value is required, one of a list, immutable, a
// valid name, or in a range.
//
// In: the path of a field and its value. Out: a field.ErrorList with upstream's messages; nil for a valid value. A
// function named validateX in another package validates one type or field, and calls these rules.
//
// Upstream: k8s.io/kubernetes/pkg/apis/core/validation and k8s.io/apimachinery/pkg/api/validation.
//
// Read in this order:
//
//	rules.go         required, supported, immutable, names, addresses, duplicates
//	number.go        ranges of numbers, ports, file modes
//	filepath.go      paths of files in a container
//	quantity.go      resource names and quantities
//	condition.go     conditions of a status
//	nodeselector.go  node selectors, names of CSI drivers
package validate
