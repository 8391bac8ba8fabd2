package storage

import (
	"fmt"
	slashpath "path"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/validate"
)

// volumeSource is one kind of volume source: the name of its field, and its validation, which may be nil.
type volumeSource struct {
	name    string
	at      string // the field's name in errors, if it differs
	set     bool
	checked func(path *field.Path) field.ErrorList
}

// sourcesOf returns all kinds of sources, in upstream's order. Package podspec checks those that pods may have too.
func sourcesOf(spec *field.Path, s *corev1.PersistentVolumeSpec) []volumeSource {
	return []volumeSource{
		{"hostPath", "", s.HostPath != nil, func(path *field.Path) field.ErrorList { return validateHostPath(path, s.HostPath) }},
		{"gcePersistentDisk", "persistentDisk", s.GCEPersistentDisk != nil, func(*field.Path) field.ErrorList {
			return podspec.ValidateVolumeSource(spec, &corev1.VolumeSource{GCEPersistentDisk: s.GCEPersistentDisk})
		}},
		{"awsElasticBlockStore", "", s.AWSElasticBlockStore != nil, func(*field.Path) field.ErrorList {
			return podspec.ValidateVolumeSource(spec, &corev1.VolumeSource{AWSElasticBlockStore: s.AWSElasticBlockStore})
		}},
		{"glusterfs", "", s.Glusterfs != nil, func(path *field.Path) field.ErrorList {
			errs := append(validate.Required(path.Child("endpoints"), s.Glusterfs.EndpointsName), validate.Required(path.Child("path"), s.Glusterfs.Path)...)
			if namespace := s.Glusterfs.EndpointsNamespace; namespace != nil {
				errs = append(errs, validate.Invalid(path.Child("endpointsNamespace"), *namespace, apivalidation.ValidateNamespaceName(*namespace, false))...)
			}
			return errs
		}},
		{"flocker", "", s.Flocker != nil, func(*field.Path) field.ErrorList {
			return podspec.ValidateVolumeSource(spec, &corev1.VolumeSource{Flocker: s.Flocker})
		}},
		{"nfs", "", s.NFS != nil, func(path *field.Path) field.ErrorList { return validateNFS(path, s.NFS) }},
		{"rbd", "", s.RBD != nil, func(path *field.Path) field.ErrorList {
			var errs field.ErrorList
			if len(s.RBD.CephMonitors) == 0 {
				errs = append(errs, field.Required(path.Child("monitors"), ""))
			}
			return append(errs, validate.Required(path.Child("image"), s.RBD.RBDImage)...)
		}},
		{"quobyte", "", s.Quobyte != nil, func(*field.Path) field.ErrorList {
			return podspec.ValidateVolumeSource(spec, &corev1.VolumeSource{Quobyte: s.Quobyte})
		}},
		{"cephFS", "cephfs", s.CephFS != nil, func(path *field.Path) field.ErrorList {
			if len(s.CephFS.Monitors) == 0 {
				return field.ErrorList{field.Required(path.Child("monitors"), "")}
			}
			return nil
		}},
		{"iscsi", "", s.ISCSI != nil, func(path *field.Path) field.ErrorList {
			return append(validate.Required(path.Child("targetPortal"), s.ISCSI.TargetPortal), validate.Required(path.Child("iqn"), s.ISCSI.IQN)...)
		}},
		{"cinder", "", s.Cinder != nil, func(path *field.Path) field.ErrorList {
			return validate.Required(path.Child("volumeID"), s.Cinder.VolumeID)
		}},
		{"fc", "", s.FC != nil, func(*field.Path) field.ErrorList {
			return podspec.ValidateVolumeSource(spec, &corev1.VolumeSource{FC: s.FC})
		}},
		{"flexVolume", "", s.FlexVolume != nil, func(path *field.Path) field.ErrorList {
			return validate.Required(path.Child("driver"), s.FlexVolume.Driver)
		}},
		{"azureFile", "", s.AzureFile != nil, func(path *field.Path) field.ErrorList { return validateAzureFile(path, s.AzureFile) }},
		{"vsphereVolume", "", s.VsphereVolume != nil, func(path *field.Path) field.ErrorList {
			return validate.Required(path.Child("volumePath"), s.VsphereVolume.VolumePath)
		}},
		{"photonPersistentDisk", "", s.PhotonPersistentDisk != nil, func(*field.Path) field.ErrorList {
			return podspec.ValidateVolumeSource(spec, &corev1.VolumeSource{PhotonPersistentDisk: s.PhotonPersistentDisk})
		}},
		{"portworxVolume", "", s.PortworxVolume != nil, func(path *field.Path) field.ErrorList {
			return validate.Required(path.Child("volumeID"), s.PortworxVolume.VolumeID)
		}},
		{"azureDisk", "", s.AzureDisk != nil, func(*field.Path) field.ErrorList {
			return podspec.ValidateVolumeSource(spec, &corev1.VolumeSource{AzureDisk: s.AzureDisk})
		}},
		{"scaleIO", "", s.ScaleIO != nil, func(path *field.Path) field.ErrorList {
			errs := validate.Required(path.Child("gateway"), s.ScaleIO.Gateway)
			errs = append(errs, validate.Required(path.Child("system"), s.ScaleIO.System)...)
			return append(errs, validate.Required(path.Child("volumeName"), s.ScaleIO.VolumeName)...)
		}},
		{"local", "", s.Local != nil, func(path *field.Path) field.ErrorList { return validateLocal(path, s.Local) }},
		{"storageos", "", s.StorageOS != nil, nil},
		{"csi", "", s.CSI != nil, func(path *field.Path) field.ErrorList { return validateCSISource(path, s.CSI) }},
	}
}

// validateSources: there is exactly one source.
func validateSources(path *field.Path, s *corev1.PersistentVolumeSpec) field.ErrorList {
	var errs field.ErrorList
	first := true
	for _, source := range sourcesOf(path, s) {
		if !source.set {
			continue
		}
		if !first && source.name != "flexVolume" { // upstream does not count it
			errs = append(errs, field.Forbidden(path.Child(source.name), "may not specify more than 1 volume type"))
			continue
		}
		first = false
		if source.checked != nil {
			errs = append(errs, source.checked(path.Child(orName(source.at, source.name)))...)
		}
		if source.name == "local" && s.NodeAffinity == nil {
			errs = append(errs, field.Required(path.Child("nodeAffinity"), "Local volume requires node affinity"))
		}
	}
	if first {
		errs = append(errs, field.Required(path, "must specify a volume type"))
	}
	if s.HostPath != nil && slashpath.Clean(s.HostPath.Path) == "/" && s.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimRecycle {
		errs = append(errs, field.Forbidden(path.Child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'"))
	}
	return errs
}

func validateAzureFile(path *field.Path, s *corev1.AzureFilePersistentVolumeSource) field.ErrorList {
	errs := append(validate.Required(path.Child("secretName"), s.SecretName), validate.Required(path.Child("shareName"), s.ShareName)...)
	if s.SecretNamespace != nil && *s.SecretNamespace == "" {
		errs = append(errs, field.Required(path.Child("secretNamespace"), ""))
	}
	return errs
}

func orName(at, name string) string {
	if at == "" {
		return name
	}
	return at
}

func validateHostPath(path *field.Path, s *corev1.HostPathVolumeSource) field.ErrorList {
	if s.Path == "" {
		return field.ErrorList{field.Required(path.Child("path"), "")}
	}
	errs := validate.NoBacksteps(path.Child("path"), s.Path)
	if s.Type != nil {
		errs = append(errs, validate.Supported(path.Child("type"), *s.Type, corev1.HostPathUnset, corev1.HostPathBlockDev,
			corev1.HostPathCharDev, corev1.HostPathDirectory, corev1.HostPathDirectoryOrCreate, corev1.HostPathFile,
			corev1.HostPathFileOrCreate, corev1.HostPathSocket)...)
	}
	return errs
}

func validateLocal(path *field.Path, s *corev1.LocalVolumeSource) field.ErrorList {
	if s.Path == "" {
		return field.ErrorList{field.Required(path.Child("path"), "")}
	}
	return validate.NoBacksteps(path.Child("path"), s.Path)
}

func validateNFS(path *field.Path, s *corev1.NFSVolumeSource) field.ErrorList {
	errs := append(validate.Required(path.Child("server"), s.Server), validate.Required(path.Child("path"), s.Path)...)
	if !slashpath.IsAbs(s.Path) {
		errs = append(errs, field.Invalid(path.Child("path"), s.Path, "must be an absolute path"))
	}
	return errs
}

func validateCSISource(path *field.Path, s *corev1.CSIPersistentVolumeSource) field.ErrorList {
	errs := validate.CSIDriverName(path.Child("driver"), s.Driver)
	errs = append(errs, validate.Required(path.Child("volumeHandle"), s.VolumeHandle)...)
	for _, ref := range []struct {
		name   string
		secret *corev1.SecretReference
	}{
		{"controllerPublishSecretRef", s.ControllerPublishSecretRef},
		{"controllerExpandSecretRef", s.ControllerExpandSecretRef},
		{"nodePublishSecretRef", s.NodePublishSecretRef},
		{"nodeExpandSecretRef", s.NodeExpandSecretRef},
	} {
		if ref.secret != nil {
			errs = append(errs, validateSecretReference(path.Child(ref.name), ref.secret)...)
		}
	}
	return errs
}

func validateSecretReference(path *field.Path, s *corev1.SecretReference) field.ErrorList {
	errs := validate.Required(path.Child("name"), s.Name)
	if s.Name != "" {
		errs = validate.DNS1123Subdomain(path.Child("name"), s.Name)
	}
	if s.Namespace == "" {
		return append(errs, field.Required(path.Child("namespace"), ""))
	}
	return append(errs, validate.DNS1123Label(path.Child("namespace"), s.Namespace)...)
}

// withMountOptions are the sources that support mount options in the deprecated annotation.
var withMountOptions = []string{"gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "nfs", "rbd", "quobyte", "iscsi", "cinder",
	"cephFS", "azureFile", "vsphereVolume", "azureDisk", "photonPersistentDisk"}

func validateMountOptions(v *corev1.PersistentVolume) field.ErrorList {
	if _, given := v.Annotations[corev1.MountOptionAnnotation]; !given {
		return nil
	}
	for _, source := range sourcesOf(nil, &v.Spec) {
		if source.set && slices.Contains(withMountOptions, source.name) {
			return nil
		}
	}
	return field.ErrorList{field.Forbidden(field.NewPath("metadata", "annotations", corev1.MountOptionAnnotation),
		"may not specify mount options for this volume type")}
}

// volumeWarnings is upstream's GetWarningsForPersistentVolume.
func volumeWarnings(v *corev1.PersistentVolume) []string {
	var lines []string
	for _, deprecated := range []struct {
		set  bool
		text string
	}{
		{annotated(v.Annotations, corev1.BetaStorageClassAnnotation),
			`metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead`},
		{annotated(v.Annotations, corev1.MountOptionAnnotation), `metadata.annotations[volume.beta.kubernetes.io/mount-options]: deprecated since v1.31; use "mountOptions" attribute instead`},
		{v.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimRecycle, "spec.persistentVolumeReclaimPolicy: " +
			"The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning."},
		{v.Spec.CephFS != nil, gone("cephfs", 28, 31)},
		{v.Spec.PhotonPersistentDisk != nil, gone("photonPersistentDisk", 11, 16)},
		{v.Spec.ScaleIO != nil, gone("scaleIO", 16, 22)},
		{v.Spec.StorageOS != nil, gone("storageOS", 22, 25)},
		{v.Spec.Glusterfs != nil, gone("glusterfs", 25, 26)},
		{v.Spec.RBD != nil, gone("rbd", 28, 31)},
	} {
		if deprecated.set {
			lines = append(lines, deprecated.text)
		}
	}
	return lines
}

func annotated(annotations map[string]string, key string) bool { _, ok := annotations[key]; return ok }

// gone is the warning for a deprecated source; it takes the minor versions since which it is deprecated and
// non-functional.
func gone(source string, deprecated, without int) string {
	return fmt.Sprintf("spec.%s: deprecated in v1.%d, non-functional in v1.%d+", source, deprecated, without)
}
