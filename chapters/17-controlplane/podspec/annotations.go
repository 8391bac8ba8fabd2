package podspec

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// IsMirror reports a mirror pod: a kubelet runs it from a local file and only shows it in the API.
func IsMirror(annotations map[string]string) bool {
	_, ok := annotations[corev1.MirrorPodAnnotationKey]
	return ok
}

// ValidatePodAnnotations checks annotations that change how the pod runs, or once did. Upstream: ValidatePodSpecificAnnotations.
func ValidatePodAnnotations(path *field.Path, m *metav1.ObjectMeta, spec *corev1.PodSpec, o Options) field.ErrorList {
	var errs field.ErrorList
	if value, mirror := m.Annotations[corev1.MirrorPodAnnotationKey]; mirror && spec.NodeName == "" {
		errs = append(errs, field.Invalid(path.Key(corev1.MirrorPodAnnotationKey), value,
			"must set spec.nodeName if mirror pod annotation is set"))
	}
	if text := m.Annotations[corev1.TolerationsAnnotationKey]; text != "" {
		errs = append(errs, validateTolerationsAnnotation(path, text, o)...)
	}
	if cost, ok := m.Annotations[corev1.PodDeletionCost]; ok && !isDeletionCost(cost) && !o.AllowInvalidDeletionCost {
		errs = append(errs, field.Invalid(path.Key(corev1.PodDeletionCost), cost, "must be a 32bit integer"))
	}
	for key, value := range m.Annotations {
		switch {
		case key == corev1.SeccompPodAnnotationKey, strings.HasPrefix(key, corev1.SeccompContainerAnnotationKeyPrefix):
			errs = append(errs, validateSeccompAnnotation(path.Child(key), value)...)
		case strings.HasPrefix(key, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix):
			errs = append(errs, validateAppArmorAnnotation(path.Key(key), key, value, spec)...)
		}
	}
	return errs
}

// isDeletionCost reports a decimal number without leading zeros or a plus sign. Upstream: GetDeletionCostFromPodAnnotations.
func isDeletionCost(text string) bool {
	n, err := strconv.ParseInt(text, 10, 32)
	return err == nil && strconv.FormatInt(n, 10) == text
}

func validateTolerationsAnnotation(path *field.Path, text string, o Options) field.ErrorList {
	var list []corev1.Toleration
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return field.ErrorList{field.Invalid(path, corev1.TolerationsAnnotationKey, err.Error())}
	}
	return ValidateTolerations(path.Child(corev1.TolerationsAnnotationKey), list, o)
}

func validateSeccompAnnotation(path *field.Path, profile string) field.ErrorList {
	switch profile {
	case corev1.SeccompProfileRuntimeDefault, corev1.DeprecatedSeccompProfileDockerDefault, corev1.SeccompProfileNameUnconfined:
		return nil
	}
	if file, ok := strings.CutPrefix(profile, corev1.SeccompLocalhostProfileNamePrefix); ok {
		return validate.LocalDescendingPath(path, file)
	}
	return field.ErrorList{field.Invalid(path, profile, "must be a valid seccomp profile")}
}

func validateAppArmorAnnotation(path *field.Path, key, profile string, spec *corev1.PodSpec) field.ErrorList {
	var errs field.ErrorList
	name := strings.TrimPrefix(key, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix)
	known := false
	EachContainer(path, spec, func(c *corev1.Container, _ *field.Path) { known = known || c.Name == name })
	if !known {
		errs = append(errs, field.Invalid(path, name, "container not found"))
	}
	switch {
	case profile == "", profile == corev1.DeprecatedAppArmorBetaProfileRuntimeDefault, profile == corev1.DeprecatedAppArmorBetaProfileNameUnconfined:
	case !strings.HasPrefix(profile, corev1.DeprecatedAppArmorBetaProfileNamePrefix):
		errs = append(errs, field.Invalid(path, profile, fmt.Sprintf("invalid AppArmor profile name: %q", profile)))
	}
	return errs
}

// ValidateAnnotationsUpdate: AppArmor annotations and the mirror annotation cannot change. Upstream: ValidatePodSpecificAnnotationUpdates.
func ValidateAnnotationsUpdate(pod, before *corev1.Pod, o Options) field.ErrorList {
	path := field.NewPath("metadata", "annotations")
	var errs field.ErrorList
	forbid := func(key, did string) {
		if strings.HasPrefix(key, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix) {
			errs = append(errs, field.Forbidden(path.Key(key), "may not "+did+" AppArmor annotations"))
		}
		if key == corev1.MirrorPodAnnotationKey {
			errs = append(errs, field.Forbidden(path.Key(key), "may not "+did+" mirror pod annotation"))
		}
	}
	for key, value := range before.Annotations {
		if now, ok := pod.Annotations[key]; !ok || now != value {
			forbid(key, "remove or update")
		}
	}
	for key := range pod.Annotations {
		if _, ok := before.Annotations[key]; !ok {
			forbid(key, "add")
		}
	}
	return append(errs, ValidatePodAnnotations(path, &pod.ObjectMeta, &pod.Spec, o)...)
}

// AppArmorProfileOf returns the profile that an annotation names; nil: none.
func AppArmorProfileOf(text string) *corev1.AppArmorProfile {
	switch text {
	case corev1.DeprecatedAppArmorBetaProfileNameUnconfined:
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
	case corev1.DeprecatedAppArmorBetaProfileRuntimeDefault:
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}
	}
	if file, ok := strings.CutPrefix(text, corev1.DeprecatedAppArmorBetaProfileNamePrefix); ok && file != "" {
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: &file}
	}
	return nil
}
