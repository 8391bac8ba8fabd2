package podspec

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"kubepath/chapters/17-controlplane/validate"
)

// validateVolumeMounts: each names a volume of the pod, at a mount path of its own. Upstream: ValidateVolumeMounts.
func (s *specValidator) validateVolumeMounts(path *field.Path, c *corev1.Container) field.ErrorList {
	var errs field.ErrorList
	places := validate.Seen{}
	devices := devicesByName(c.VolumeDevices)
	for i := range c.VolumeMounts {
		m, at := &c.VolumeMounts[i], path.Index(i)
		errs = append(errs, validate.Required(at.Child("name"), m.Name)...)
		if s.volumes[m.Name] == nil {
			errs = append(errs, field.NotFound(at.Child("name"), m.Name))
		}
		errs = append(errs, validate.Required(at.Child("mountPath"), m.MountPath)...)
		if places.Repeated(m.MountPath) {
			errs = append(errs, field.Invalid(at.Child("mountPath"), m.MountPath, "must be unique"))
		}
		errs = append(errs, validateNotDevice(at, m, devices)...)
		errs = append(errs, validateSubPath(m, path, at)...)
		errs = append(errs, validateMountPropagation(path.Child("mountPropagation"), m, c)...)
		errs = append(errs, validateRecursiveReadOnly(path.Child("recursiveReadOnly"), m)...)
	}
	return errs
}

// devicesByName and mountsByName are paths by volume name; the last of a name counts.
func devicesByName(devices []corev1.VolumeDevice) map[string]string {
	places := map[string]string{}
	for _, d := range devices {
		places[d.Name] = d.DevicePath
	}
	return places
}

func mountsByName(mounts []corev1.VolumeMount) map[string]string {
	places := map[string]string{}
	for _, m := range mounts {
		places[m.Name] = m.MountPath
	}
	return places
}

func validateNotDevice(path *field.Path, m *corev1.VolumeMount, devices map[string]string) field.ErrorList {
	var errs field.ErrorList
	if _, ok := devices[m.Name]; ok {
		errs = append(errs, field.Invalid(path.Child("name"), m.Name, "must not already exist in volumeDevices"))
	}
	if slices.Contains(slices.Collect(maps.Values(devices)), m.MountPath) {
		errs = append(errs, field.Invalid(path.Child("mountPath"), m.MountPath, "must not already exist as a path in volumeDevices"))
	}
	return errs
}

// validateSubPath: as upstream, errors about the path name the list, not its item.
func validateSubPath(m *corev1.VolumeMount, list, item *field.Path) field.ErrorList {
	var errs field.ErrorList
	if m.SubPath != "" {
		errs = append(errs, validate.LocalDescendingPath(list.Child("subPath"), m.SubPath)...)
	}
	if m.SubPathExpr == "" {
		return errs
	}
	if m.SubPath != "" {
		errs = append(errs, field.Invalid(item.Child("subPathExpr"), m.SubPathExpr, "subPathExpr and subPath are mutually exclusive"))
	}
	return append(errs, validate.LocalDescendingPath(list.Child("subPathExpr"), m.SubPathExpr)...)
}

func validateMountPropagation(path *field.Path, m *corev1.VolumeMount, c *corev1.Container) field.ErrorList {
	if m.MountPropagation == nil {
		return nil
	}
	errs := validate.Supported(path, *m.MountPropagation,
		corev1.MountPropagationBidirectional, corev1.MountPropagationHostToContainer, corev1.MountPropagationNone)
	privileged := c.SecurityContext != nil && ptr.Deref(c.SecurityContext.Privileged, false)
	if *m.MountPropagation == corev1.MountPropagationBidirectional && !privileged {
		errs = append(errs, field.Forbidden(path, "Bidirectional mount propagation is available only to privileged containers"))
	}
	return errs
}

func validateRecursiveReadOnly(path *field.Path, m *corev1.VolumeMount) field.ErrorList {
	if m.RecursiveReadOnly == nil || *m.RecursiveReadOnly == corev1.RecursiveReadOnlyDisabled {
		return nil
	}
	errs := validate.Supported(path, *m.RecursiveReadOnly,
		corev1.RecursiveReadOnlyDisabled, corev1.RecursiveReadOnlyEnabled, corev1.RecursiveReadOnlyIfPossible)
	if len(errs) > 0 {
		return errs
	}
	if !m.ReadOnly {
		errs = append(errs, field.Forbidden(path, "may only be specified when readOnly is true"))
	}
	if p := m.MountPropagation; p != nil && *p != corev1.MountPropagationNone {
		errs = append(errs, field.Forbidden(path, "may only be specified when mountPropagation is None or not specified"))
	}
	return errs
}

// validateVolumeDevices: each names a volume with a claim, at a device path of its own. Upstream: ValidateVolumeDevices.
func (s *specValidator) validateVolumeDevices(path *field.Path, c *corev1.Container) field.ErrorList {
	var errs field.ErrorList
	names, places, mounts := validate.Seen{}, validate.Seen{}, mountsByName(c.VolumeMounts)
	for i := range c.VolumeDevices {
		d, at := &c.VolumeDevices[i], path.Index(i)
		errs = append(errs, validate.Required(at.Child("name"), d.Name)...)
		if d.Name != "" && names.Repeated(d.Name) {
			errs = append(errs, field.Invalid(at.Child("name"), d.Name, "must be unique"))
		}
		errs = append(errs, s.validateVolumeIsClaim(at, d)...)
		errs = append(errs, validate.Required(at.Child("devicePath"), d.DevicePath)...)
		if places[d.DevicePath] {
			errs = append(errs, field.Invalid(at.Child("devicePath"), d.DevicePath, "must be unique"))
		}
		if len(validate.NoBacksteps(at, d.DevicePath)) > 0 {
			errs = append(errs, field.Invalid(at.Child("devicePath"), d.DevicePath, "can not contain backsteps ('..')"))
		} else {
			places[d.DevicePath] = true
		}
		errs = append(errs, validateNotMounted(at, d, mounts)...)
	}
	return errs
}

func (s *specValidator) validateVolumeIsClaim(path *field.Path, d *corev1.VolumeDevice) field.ErrorList {
	switch v := s.volumes[d.Name]; {
	case v == nil:
		return field.ErrorList{field.NotFound(path.Child("name"), d.Name)}
	case v.PersistentVolumeClaim == nil && v.Ephemeral == nil:
		return field.ErrorList{field.Invalid(path.Child("name"), d.Name,
			"can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode")}
	}
	return nil
}

func validateNotMounted(path *field.Path, d *corev1.VolumeDevice, mounts map[string]string) field.ErrorList {
	var errs field.ErrorList
	if _, ok := mounts[d.Name]; ok {
		errs = append(errs, field.Invalid(path.Child("name"), d.Name, "must not already exist in volumeMounts"))
	}
	if slices.Contains(slices.Collect(maps.Values(mounts)), d.DevicePath) {
		errs = append(errs, field.Invalid(path.Child("devicePath"), d.DevicePath, "must not already exist as a path in volumeMounts"))
	}
	return errs
}
