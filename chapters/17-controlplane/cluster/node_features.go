package cluster

import (
	"fmt"
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var declaredFeature = regexp.MustCompile(`^[A-Z][a-zA-Z0-9]*(/[a-zA-Z][a-zA-Z0-9]*)*$`)

// validateDeclaredFeatures: the features that a kubelet declares are sorted, so that two lists compare quickly.
// Upstream: validateNodeDeclaredFeatures.
func validateDeclaredFeatures(path *field.Path, features []string) field.ErrorList {
	var found field.ErrorList
	for i, feature := range features {
		if text := checkFeatureName(feature); text != "" {
			found = append(found, field.Invalid(path.Index(i), feature, text))
		}
		if i+1 == len(features) {
			break
		}
		switch next := features[i+1]; {
		case feature == next:
			found = append(found, field.Duplicate(path.Index(i+1), next))
		case feature > next:
			found = append(found, field.Invalid(path.Index(i+1), next, "list must be sorted alphabetically"))
		}
	}
	return found
}

func checkFeatureName(name string) string {
	switch {
	case len(name) > validation.DNS1123SubdomainMaxLength:
		return fmt.Sprintf("invalid feature name %q: must be no more than %d characters", name, validation.DNS1123SubdomainMaxLength)
	case !declaredFeature.MatchString(name):
		return fmt.Sprintf("invalid feature name %q: must start with an UpperCamelCase segment, with subsequent segments separated by '/' "+
			"(e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes", name)
	}
	return ""
}
