package workloads

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/core"
)

// warnName: a name that is longer or has dots makes pods whose names and host names differ.
func warnName(obj metav1.Object) []string {
	problems := validation.IsDNS1123Label(obj.GetName())
	if len(problems) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("metadata.name: this is used in Pod names and hostnames, which can result in surprising "+
		"behavior; a DNS label is recommended: %v", problems)}
}

// warnTemplate is what clients are told of a template in spec.
func warnTemplate(template *corev1.PodTemplateSpec) []string {
	return core.WarnPodTemplate(template, field.NewPath("spec", "template"))
}

// unaltered reports an update after which nothing else is wanted than before it. Its client is not told again what was
// told before.
func unaltered(obj, old metav1.Object) bool { return obj.GetGeneration() == old.GetGeneration() }

// warnClaim: bytes are whole. In an update, messages have the path that upstream's have there.
func warnClaim(c *corev1.PersistentVolumeClaimSpec, path *field.Path) []string {
	var lines []string
	look := func(part string, list corev1.ResourceList) {
		var size resource.Quantity = list[corev1.ResourceStorage]
		if size.MilliValue()%1000 != 0 {
			lines = append(lines, fmt.Sprintf("%s: fractional byte value %q is invalid, must be an integer",
				path.Child("resources", part).Key("storage"), size.String()))
		}
	}
	look("requests", c.Resources.Requests)
	look("limits", c.Resources.Limits)
	return lines
}
