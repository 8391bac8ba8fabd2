package cluster

import (
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const mostMatchConditions = 64

// validateMatchConditions: each has a name of its own and an expression, which is not compiled here.
// Upstream: validateMatchConditions of pkg/apis/admissionregistration/validation.
func validateMatchConditions(at *field.Path, conditions []admissionv1.MatchCondition) field.ErrorList {
	var found field.ErrorList
	if len(conditions) > mostMatchConditions {
		found = append(found, field.TooMany(at, len(conditions), mostMatchConditions))
	}
	var names []string
	for i, c := range conditions {
		name := at.Index(i).Child("name")
		found = append(found, required(at.Index(i).Child("expression"), strings.TrimSpace(c.Expression))...)
		switch {
		case c.Name == "":
			found = append(found, field.Required(name, ""))
		case slices.Contains(names, c.Name):
			found = append(found, field.Duplicate(name, c.Name))
		default:
			found = append(found, isQualified(name, c.Name)...)
		}
		names = append(names, c.Name)
	}
	return found
}
