package cluster

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validatePodCIDRs: a node has one range of addresses for its pods, or one of each family.
func validatePodCIDRs(path *field.Path, cidrs []string) field.ErrorList {
	var found field.ErrorList
	six := 0
	for i, cidr := range cidrs {
		found = append(found, validation.IsValidCIDRForLegacyField(path.Index(i), cidr, strictAddresses, nil)...)
		if strings.Contains(cidr, ":") {
			six++
		}
	}
	if len(cidrs) > 2 || len(cidrs) == 2 && six != 1 {
		found = append(found, field.Invalid(path, cidrs, "may specify no more than one CIDR for each IP family"))
	}
	return found
}

// strictAddresses: 010.0.0.1 is not an address. Upstream: the feature StrictIPCIDRValidation, which is on from 1.36.
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
