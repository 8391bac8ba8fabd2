package node

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var declaredFeature = regexp.MustCompile(`^[A-Z][a-zA-Z0-9]*(/[a-zA-Z][a-zA-Z0-9]*)*$`)

// validateDeclaredFeatures: the names of features are valid, sorted and unique.
// Upstream: validateNodeDeclaredFeatures.
func validateDeclaredFeatures(path *field.Path, features []string) field.ErrorList {
	var errs field.ErrorList
	for i, feature := range features {
		if text := checkFeatureName(feature); text != "" {
			errs = append(errs, field.Invalid(path.Index(i), feature, text))
		}
		if i+1 == len(features) {
			break
		}
		switch next := features[i+1]; {
		case feature == next:
			errs = append(errs, field.Duplicate(path.Index(i+1), next))
		case feature > next:
			errs = append(errs, field.Invalid(path.Index(i+1), next, "list must be sorted alphabetically"))
		}
	}
	return errs
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

// validatePodCIDRs: a node has at most one CIDR of each IP family for its pods.
func validatePodCIDRs(path *field.Path, cidrs []string) field.ErrorList {
	var errs field.ErrorList
	six := 0
	for i, cidr := range cidrs {
		errs = append(errs, validation.IsValidCIDRForLegacyField(path.Index(i), cidr, strictAddresses, nil)...)
		if strings.Contains(cidr, ":") {
			six++
		}
	}
	if len(cidrs) > 2 || len(cidrs) == 2 && six != 1 {
		errs = append(errs, field.Invalid(path, cidrs, "may specify no more than one CIDR for each IP family"))
	}
	return errs
}

// strictAddresses refuses forms such as 010.0.0.1. Upstream: the feature gate StrictIPCIDRValidation, on since v1.36.
const strictAddresses = true

func nodeWarnings(obj runtime.Object) []string {
	n := obj.(*corev1.Node)
	var lines []string
	if n.Spec.ConfigSource != nil {
		lines = append(lines, "spec.configSource: the feature is removed")
	}
	if n.Spec.DoNotUseExternalID != "" {
		lines = append(lines, "spec.externalID: this field is deprecated, and is unused by Kubernetes")
	}
	for i, cidr := range n.Spec.PodCIDRs {
		lines = append(lines, validation.GetWarningsForCIDR(field.NewPath("spec", "podCIDRs").Index(i), cidr)...)
	}
	return lines
}
