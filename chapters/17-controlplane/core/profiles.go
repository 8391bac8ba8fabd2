package core

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Profiles for seccomp and AppArmor were annotations before they were fields. Who writes both writes the same.

// profilesAgree checks the spec at path. Upstream: validateSeccompAnnotationsAndFields,
// validateAppArmorAnnotationsAndFieldsMatchOnCreate.
func profilesAgree(m *metav1.ObjectMeta, spec *corev1.PodSpec, path *field.Path) field.ErrorList {
	if len(m.Annotations) == 0 {
		return nil
	}
	var found field.ErrorList
	of := spec.SecurityContext
	if of == nil {
		of = &corev1.PodSecurityContext{}
	}
	if text, ok := m.Annotations[corev1.SeccompPodAnnotationKey]; ok && of.SeccompProfile != nil {
		found = append(found, seccompAgrees(text, of.SeccompProfile, path.Child("securityContext", "seccompProfile"))...)
	}
	onWindows := spec.OS != nil && spec.OS.Name == corev1.Windows
	eachContainer(spec, path, func(c *corev1.Container, at *field.Path) {
		own := c.SecurityContext
		if own == nil {
			own = &corev1.SecurityContext{}
		}
		if text, ok := m.Annotations[corev1.SeccompContainerAnnotationKeyPrefix+c.Name]; ok && own.SeccompProfile != nil {
			found = append(found, seccompAgrees(text, own.SeccompProfile, at.Child("securityContext", "seccompProfile"))...)
		}
		profile := own.AppArmorProfile
		if profile == nil {
			profile = of.AppArmorProfile
		}
		if text, ok := m.Annotations[corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix+c.Name]; ok && profile != nil && !onWindows {
			found = append(found, appArmorAgrees(text, profile, at.Child("securityContext", "appArmorProfile"))...)
		}
	})
	return found
}

func seccompAgrees(text string, p *corev1.SeccompProfile, path *field.Path) field.ErrorList {
	file, isFile := strings.CutPrefix(text, corev1.SeccompLocalhostProfileNamePrefix)
	agrees := map[corev1.SeccompProfileType]bool{
		corev1.SeccompProfileTypeUnconfined:     text == corev1.SeccompProfileNameUnconfined,
		corev1.SeccompProfileTypeRuntimeDefault: text == corev1.SeccompProfileRuntimeDefault || text == corev1.DeprecatedSeccompProfileDockerDefault,
		corev1.SeccompProfileTypeLocalhost:      isFile,
	}
	if ok, known := agrees[p.Type]; known && !ok {
		return field.ErrorList{field.Forbidden(path.Child("type"), "seccomp type in annotation and field must match")}
	}
	if p.Type == corev1.SeccompProfileTypeLocalhost && (p.LocalhostProfile == nil || *p.LocalhostProfile != file) {
		return field.ErrorList{field.Forbidden(path.Child("localhostProfile"), "seccomp profile in annotation and field must match")}
	}
	return nil
}

func appArmorAgrees(text string, p *corev1.AppArmorProfile, path *field.Path) field.ErrorList {
	file, isFile := strings.CutPrefix(text, corev1.DeprecatedAppArmorBetaProfileNamePrefix)
	agrees := map[corev1.AppArmorProfileType]bool{
		corev1.AppArmorProfileTypeUnconfined:     text == corev1.DeprecatedAppArmorBetaProfileNameUnconfined,
		corev1.AppArmorProfileTypeRuntimeDefault: text == corev1.DeprecatedAppArmorBetaProfileRuntimeDefault,
		corev1.AppArmorProfileTypeLocalhost:      isFile,
	}
	if ok, known := agrees[p.Type]; known && !ok {
		return field.ErrorList{field.Forbidden(path.Child("type"), "apparmor type in annotation and field must match")}
	}
	if p.Type == corev1.AppArmorProfileTypeLocalhost && (p.LocalhostProfile == nil || *p.LocalhostProfile != file) {
		return field.ErrorList{field.Forbidden(path.Child("localhostProfile"), "apparmor profile in annotation and field must match")}
	}
	return nil
}
