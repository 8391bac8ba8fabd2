package podspec

import (
	"net"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// Volume sources that CSI drivers have replaced, and that have more rules than a required field.

func validateGitRepo(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	path = path.Child("gitRepo")
	return append(validate.Required(path.Child("repository"), v.GitRepo.Repository), validate.LocalDescendingPath(path.Child("directory"), v.GitRepo.Directory)...)
}

// validateGCEPersistentDisk: as upstream, errors call the field persistentDisk.
func validateGCEPersistentDisk(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	path = path.Child("persistentDisk")
	return append(validate.Required(path.Child("pdName"), v.GCEPersistentDisk.PDName), validatePartition(path, v.GCEPersistentDisk.Partition)...)
}

func validateAWSElasticBlockStore(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	path = path.Child("awsElasticBlockStore")
	return append(validate.Required(path.Child("volumeID"), v.AWSElasticBlockStore.VolumeID), validatePartition(path, v.AWSElasticBlockStore.Partition)...)
}

func validatePartition(path *field.Path, n int32) field.ErrorList {
	if n == 0 { // none
		return nil
	}
	return validate.InRange(path.Child("partition"), n, 1, 255)
}

func validateNFS(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	path = path.Child("nfs")
	errs := validate.Required(path.Child("server"), v.NFS.Server)
	errs = append(errs, validate.Required(path.Child("path"), v.NFS.Path)...)
	if !strings.HasPrefix(v.NFS.Path, "/") {
		errs = append(errs, field.Invalid(path.Child("path"), v.NFS.Path, "must be an absolute path"))
	}
	return errs
}

func validateISCSI(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	i, at := v.ISCSI, path.Child("iscsi")
	errs := validate.Required(at.Child("targetPortal"), i.TargetPortal)
	if i.IQN == "" {
		errs = append(errs, field.Required(at.Child("iqn"), ""))
	} else {
		errs = append(errs, validate.Invalid(at.Child("iqn"), i.IQN, iscsiName(i.IQN))...)
	}
	errs = append(errs, validate.InRange(at.Child("lun"), i.Lun, 0, 255)...)
	if (i.DiscoveryCHAPAuth || i.SessionCHAPAuth) && i.SecretRef == nil {
		errs = append(errs, field.Required(at.Child("secretRef"), ""))
	}
	if name := i.InitiatorName; name != nil {
		errs = append(errs, validate.Invalid(at.Child("initiatorname"), *name, iscsiName(*name))...)
		if len(v.Name+":"+i.TargetPortal) > 64 {
			errs = append(errs, field.Invalid(path.Child("name"), v.Name, "Total length of <volume name>:<iscsi.targetPortal> "+
				"must be under 64 characters if iscsi.initiatorName is specified."))
		}
	}
	return errs
}

// iscsiForms are the three formats of iSCSI names.
var iscsiForms = map[string]*regexp.Regexp{
	"iqn": regexp.MustCompile(`iqn\.\d{4}-\d{2}\.([[:alnum:]-.]+)(:[^,;*&$|\s]+)$`),
	"eui": regexp.MustCompile(`^eui.[[:alnum:]]{16}$`),
	"naa": regexp.MustCompile(`^naa.[[:alnum:]]{32}$`),
}

func iscsiName(name string) []string {
	form := iscsiForms[name[:min(3, len(name))]]
	switch {
	case form == nil:
		return []string{"must be valid format starting with iqn, eui, or naa"}
	case !form.MatchString(name):
		return []string{"must be valid format"}
	}
	return nil
}

func validateFlocker(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	f, path := v.Flocker, path.Child("flocker")
	var errs field.ErrorList
	switch byName, byID := f.DatasetName != "", f.DatasetUUID != ""; {
	case !byName && !byID:
		errs = append(errs, field.Required(path, "one of datasetName and datasetUUID is required"))
	case byName && byID:
		errs = append(errs, field.Invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously"))
	}
	if strings.Contains(f.DatasetName, "/") {
		errs = append(errs, field.Invalid(path.Child("datasetName"), f.DatasetName, "must not contain '/'"))
	}
	return errs
}

func validateQuobyte(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	q, path := v.Quobyte, path.Child("quobyte")
	const pairs = "must be a host:port pair or multiple pairs separated by commas"
	var errs field.ErrorList
	switch {
	case q.Registry == "":
		errs = append(errs, field.Required(path.Child("registry"), pairs))
	case len(q.Tenant) > 64:
		errs = append(errs, field.Required(path.Child("tenant"), "must be a UUID and may not exceed a length of 64 characters"))
	default:
		for _, pair := range strings.Split(q.Registry, ",") {
			if _, _, err := net.SplitHostPort(pair); err != nil {
				errs = append(errs, field.Invalid(path.Child("registry"), q.Registry, pairs))
			}
		}
	}
	return append(errs, validate.Required(path.Child("volume"), q.Volume)...)
}

func validateFC(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	fc, path := v.FC, path.Child("fc")
	byTarget, byID := len(fc.TargetWWNs) > 0, len(fc.WWIDs) > 0
	var errs field.ErrorList
	switch {
	case !byTarget && !byID:
		errs = append(errs, field.Required(path.Child("targetWWNs"), "must specify either targetWWNs or wwids, but not both"))
	case byTarget && byID:
		errs = append(errs, field.Invalid(path.Child("targetWWNs"), fc.TargetWWNs, "targetWWNs and wwids can not be specified simultaneously"))
	}
	switch {
	case byTarget && fc.Lun == nil:
		errs = append(errs, field.Required(path.Child("lun"), "lun is required if targetWWNs is specified"))
	case byTarget:
		errs = append(errs, validate.InRange(path.Child("lun"), *fc.Lun, 0, 255)...)
	}
	return errs
}

func validateFlexVolume(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	path = path.Child("flexVolume")
	errs := validate.Required(path.Child("driver"), v.FlexVolume.Driver)
	for key := range v.FlexVolume.Options {
		domain, _, _ := strings.Cut(key, "/")
		domain = "." + strings.ToLower(domain)
		if strings.HasSuffix(domain, ".kubernetes.io") || strings.HasSuffix(domain, ".k8s.io") {
			errs = append(errs, field.Invalid(path.Child("options").Key(key), key, "kubernetes.io and k8s.io namespaces are reserved"))
		}
	}
	return errs
}

func validateAzureDisk(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	d, path := v.AzureDisk, path.Child("azureDisk")
	errs := validate.Required(path.Child("diskName"), d.DiskName)
	errs = append(errs, validate.Required(path.Child("diskURI"), d.DataDiskURI)...)
	if d.CachingMode != nil {
		errs = append(errs, validate.Supported(path.Child("cachingMode"), *d.CachingMode,
			corev1.AzureDataDiskCachingNone, corev1.AzureDataDiskCachingReadOnly, corev1.AzureDataDiskCachingReadWrite)...)
	}
	if d.Kind == nil {
		return errs
	}
	kinds := []corev1.AzureDataDiskKind{corev1.AzureDedicatedBlobDisk, corev1.AzureManagedDisk, corev1.AzureSharedBlobDisk}
	slices.Sort(kinds)
	errs = append(errs, validate.Supported(path.Child("kind"), *d.Kind, kinds...)...)
	switch managed := *d.Kind == corev1.AzureManagedDisk; {
	case managed && !strings.HasPrefix(d.DataDiskURI, "/subscriptions/"):
		errs = append(errs, field.NotSupported(path.Child("diskURI"), d.DataDiskURI,
			[]string{"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"}))
	case !managed && !strings.HasPrefix(d.DataDiskURI, "https://"):
		errs = append(errs, field.NotSupported(path.Child("diskURI"), d.DataDiskURI,
			[]string{"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"}))
	}
	return errs
}

func validateStorageOS(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	o, path := v.StorageOS, path.Child("storageos")
	errs := validateDNSLabelName(path.Child("volumeName"), o.VolumeName)
	if o.VolumeNamespace != "" {
		errs = append(errs, validate.DNS1123Label(path.Child("volumeNamespace"), o.VolumeNamespace)...)
	}
	if o.SecretRef != nil {
		errs = append(errs, validate.Required(path.Child("secretRef", "name"), o.SecretRef.Name)...)
	}
	return errs
}
