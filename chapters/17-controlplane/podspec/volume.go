package podspec

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"kubepath/chapters/17-controlplane/validate"
)

// validateVolumes: names are unique, and each volume has exactly one source. Upstream: ValidateVolumes.
func (s *specValidator) validateVolumes() field.ErrorList {
	made := s.madeClaims()
	s.volumes = map[string]*corev1.Volume{}
	var errs field.ErrorList
	for i := range s.spec.Volumes {
		v, path := &s.spec.Volumes[i], s.path.Child("volumes").Index(i)
		bad := s.validateVolumeSource(path, v)
		bad = append(bad, validateDNSLabelName(path.Child("name"), v.Name)...)
		if s.volumes[v.Name] != nil {
			bad = append(bad, field.Duplicate(path.Child("name"), v.Name))
		}
		if len(bad) == 0 {
			s.volumes[v.Name] = v
		}
		errs = append(errs, bad...)
		if c := v.PersistentVolumeClaim; c != nil && made[c.ClaimName] {
			errs = append(errs, field.Invalid(path.Child("persistentVolumeClaim", "claimName"), c.ClaimName,
				"must not reference a PVC that gets created for an ephemeral volume"))
		}
	}
	return errs
}

// madeClaims are the names of the claims that a controller will make for the pod's ephemeral volumes.
func (s *specValidator) madeClaims() validate.Seen {
	made := validate.Seen{}
	for i := range s.spec.Volumes {
		if v := &s.spec.Volumes[i]; v.Ephemeral != nil && s.meta != nil && s.meta.Name != "" {
			made[s.meta.Name+"-"+v.Name] = true
		}
	}
	return made
}

// source is one kind of volume source.
type source struct {
	name     string // in the path of the error where two sources are set
	set      func(*corev1.VolumeSource) bool
	validate func(path *field.Path, v *corev1.Volume, s *specValidator) field.ErrorList
}

// validateVolumeSource: exactly one kind. Upstream: validateVolumeSource.
func (s *specValidator) validateVolumeSource(path *field.Path, v *corev1.Volume) field.ErrorList {
	var errs field.ErrorList
	given := 0
	for i := range sources {
		kind := &sources[i]
		switch {
		case !kind.set(&v.VolumeSource):
			continue
		case given > 0:
			errs = append(errs, field.Forbidden(path.Child(kind.name), "may not specify more than 1 volume type"))
		default:
			errs = append(errs, kind.validate(path, v, s)...)
			given++
		}
	}
	if given == 0 {
		errs = append(errs, field.Required(path, "must specify a volume type"))
	}
	return errs
}

func validateEmptyDir(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	if limit := v.EmptyDir.SizeLimit; limit != nil && limit.Sign() < 0 {
		return field.ErrorList{field.Forbidden(path.Child("emptyDir", "sizeLimit"), "SizeLimit field must be a valid resource quantity")}
	}
	return nil
}

func validateHostPath(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	h, path := v.HostPath, path.Child("hostPath")
	if h.Path == "" {
		return field.ErrorList{field.Required(path.Child("path"), "")}
	}
	errs := validate.NoBacksteps(path.Child("path"), h.Path)
	if h.Type != nil {
		errs = append(errs, validate.Supported(path.Child("type"), *h.Type, corev1.HostPathUnset, corev1.HostPathBlockDev, corev1.HostPathCharDev,
			corev1.HostPathDirectory, corev1.HostPathDirectoryOrCreate, corev1.HostPathFile, corev1.HostPathFileOrCreate, corev1.HostPathSocket)...)
	}
	return errs
}

func validateSecretVolume(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	path = path.Child("secret")
	errs := validate.Required(path.Child("secretName"), v.Secret.SecretName)
	errs = append(errs, validate.FileMode(path.Child("defaultMode"), v.Secret.DefaultMode)...)
	return append(errs, validateKeysToPaths(path.Child("items"), v.Secret.Items)...)
}

func validateConfigMapVolume(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	path = path.Child("configMap")
	errs := validate.Required(path.Child("name"), v.ConfigMap.Name)
	errs = append(errs, validate.FileMode(path.Child("defaultMode"), v.ConfigMap.DefaultMode)...)
	return append(errs, validateKeysToPaths(path.Child("items"), v.ConfigMap.Items)...)
}

func validateKeysToPaths(path *field.Path, items []corev1.KeyToPath) field.ErrorList {
	var errs field.ErrorList
	for i := range items {
		errs = append(errs, validateKeyToPath(path.Index(i), &items[i])...)
	}
	return errs
}

func validateKeyToPath(path *field.Path, k *corev1.KeyToPath) field.ErrorList {
	errs := validate.Required(path.Child("key"), k.Key)
	errs = append(errs, validate.Required(path.Child("path"), k.Path)...)
	errs = append(errs, validate.LocalNonReservedPath(path.Child("path"), k.Path)...)
	return append(errs, validate.FileMode(path.Child("mode"), k.Mode)...)
}

// validateDownwardAPIVolume: as upstream, errors name the source, not its item.
func validateDownwardAPIVolume(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
	path = path.Child("downwardAPI")
	errs := validate.FileMode(path.Child("defaultMode"), v.DownwardAPI.DefaultMode)
	for i := range v.DownwardAPI.Items {
		errs = append(errs, validateDownwardAPIFile(path, &v.DownwardAPI.Items[i])...)
	}
	return errs
}

func validateDownwardAPIFile(path *field.Path, f *corev1.DownwardAPIVolumeFile) field.ErrorList {
	errs := validate.Required(path.Child("path"), f.Path)
	errs = append(errs, validate.LocalNonReservedPath(path.Child("path"), f.Path)...)
	switch {
	case f.FieldRef != nil:
		errs = append(errs, validateObjectFieldSelector(path.Child("fieldRef"), f.FieldRef, fileFields)...)
		if f.ResourceFieldRef != nil {
			errs = append(errs, field.Invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"))
		}
	case f.ResourceFieldRef != nil:
		errs = append(errs, validateResourceFieldSelector(path.Child("resourceFieldRef"), f.ResourceFieldRef, true)...)
	default:
		errs = append(errs, field.Required(path, "one of fieldRef and resourceFieldRef is required"))
	}
	return append(errs, validate.FileMode(path.Child("mode"), f.Mode)...)
}

// validateEphemeralVolume checks a volume whose claim is created and deleted with the pod.
func validateEphemeralVolume(path *field.Path, v *corev1.Volume, s *specValidator) field.ErrorList {
	var errs field.ErrorList
	if t := v.Ephemeral.VolumeClaimTemplate; t == nil {
		errs = append(errs, field.Required(path.Child("ephemeral", "volumeClaimTemplate"), ""))
	} else {
		errs = append(errs, validatePersistentVolumeClaimTemplate(path.Child("ephemeral", "volumeClaimTemplate"), t)...)
	}
	if s.meta == nil || s.meta.Name == "" || v.Name == "" {
		return errs
	}
	claim := s.meta.Name + "-" + v.Name
	for _, bad := range validate.ObjectName(path, claim) {
		errs = append(errs, field.Invalid(path.Child("name"), v.Name, fmt.Sprintf("PVC name %q: %v", claim, bad.Detail)))
	}
	return errs
}

func validateImageVolume(path *field.Path, v *corev1.Volume, s *specValidator) field.ErrorList {
	path = path.Child("image")
	var errs field.ErrorList
	if s.options.Pod {
		errs = validate.Required(path.Child("reference"), v.Image.Reference)
	}
	return append(errs, validatePullPolicy(path.Child("pullPolicy"), v.Image.PullPolicy)...)
}

type volume = corev1.VolumeSource

// sources are the kinds of volume sources. Where several are set, the first in this order counts as the source.
var sources = []source{
	{"emptyDir", func(v *volume) bool { return v.EmptyDir != nil }, validateEmptyDir},
	{"hostPath", func(v *volume) bool { return v.HostPath != nil }, validateHostPath},
	{"gitRepo", func(v *volume) bool { return v.GitRepo != nil }, validateGitRepo},
	{"gcePersistentDisk", func(v *volume) bool { return v.GCEPersistentDisk != nil }, validateGCEPersistentDisk},
	{"awsElasticBlockStore", func(v *volume) bool { return v.AWSElasticBlockStore != nil }, validateAWSElasticBlockStore},
	{"secret", func(v *volume) bool { return v.Secret != nil }, validateSecretVolume},
	{"nfs", func(v *volume) bool { return v.NFS != nil }, validateNFS},
	{"iscsi", func(v *volume) bool { return v.ISCSI != nil }, validateISCSI},
	{"glusterfs", func(v *volume) bool { return v.Glusterfs != nil }, needs("glusterfs", func(v *volume) []need {
		return []need{{"endpoints", v.Glusterfs.EndpointsName}, {"path", v.Glusterfs.Path}}
	})},
	{"flocker", func(v *volume) bool { return v.Flocker != nil }, validateFlocker},
	{"persistentVolumeClaim", func(v *volume) bool { return v.PersistentVolumeClaim != nil },
		needs("persistentVolumeClaim", func(v *volume) []need {
			return []need{{"claimName", v.PersistentVolumeClaim.ClaimName}}
		})},
	{"rbd", func(v *volume) bool { return v.RBD != nil }, needs("rbd", func(v *volume) []need {
		return []need{{"monitors", first(v.RBD.CephMonitors)}, {"image", v.RBD.RBDImage}}
	})},
	{"cinder", func(v *volume) bool { return v.Cinder != nil }, needs("cinder", func(v *volume) []need {
		list := []need{{"volumeID", v.Cinder.VolumeID}}
		if v.Cinder.SecretRef != nil {
			list = append(list, need{"secretRef.name", v.Cinder.SecretRef.Name})
		}
		return list
	})},
	{"cephFS", func(v *volume) bool { return v.CephFS != nil }, needs("cephfs", func(v *volume) []need {
		return []need{{"monitors", first(v.CephFS.Monitors)}}
	})},
	{"quobyte", func(v *volume) bool { return v.Quobyte != nil }, validateQuobyte},
	{"downwarAPI", func(v *volume) bool { return v.DownwardAPI != nil }, validateDownwardAPIVolume}, // upstream's spelling
	{"fc", func(v *volume) bool { return v.FC != nil }, validateFC},
	{"flexVolume", func(v *volume) bool { return v.FlexVolume != nil }, validateFlexVolume},
	{"configMap", func(v *volume) bool { return v.ConfigMap != nil }, validateConfigMapVolume},
	{"azureFile", func(v *volume) bool { return v.AzureFile != nil }, needs("azureFile", func(v *volume) []need {
		return []need{{"secretName", v.AzureFile.SecretName}, {"shareName", v.AzureFile.ShareName}}
	})},
	{"vsphereVolume", func(v *volume) bool { return v.VsphereVolume != nil }, needs("vsphereVolume", func(v *volume) []need {
		return []need{{"volumePath", v.VsphereVolume.VolumePath}}
	})},
	{"photonPersistentDisk", func(v *volume) bool { return v.PhotonPersistentDisk != nil },
		needs("photonPersistentDisk", func(v *volume) []need {
			return []need{{"pdID", v.PhotonPersistentDisk.PdID}}
		})},
	{"portworxVolume", func(v *volume) bool { return v.PortworxVolume != nil }, needs("portworxVolume", func(v *volume) []need {
		return []need{{"volumeID", v.PortworxVolume.VolumeID}}
	})},
	{"azureDisk", func(v *volume) bool { return v.AzureDisk != nil }, validateAzureDisk},
	{"storageos", func(v *volume) bool { return v.StorageOS != nil }, validateStorageOS},
	{"projected", func(v *volume) bool { return v.Projected != nil }, validateProjectedVolume},
	{"scaleIO", func(v *volume) bool { return v.ScaleIO != nil }, needs("scaleIO", func(v *volume) []need {
		return []need{{"gateway", v.ScaleIO.Gateway}, {"system", v.ScaleIO.System}, {"volumeName", v.ScaleIO.VolumeName}}
	})},
	{"csi", func(v *volume) bool { return v.CSI != nil }, validateCSIVolume},
	{"ephemeral", func(v *volume) bool { return v.Ephemeral != nil }, validateEphemeralVolume},
	{"image", func(v *volume) bool { return v.Image != nil }, validateImageVolume},
}

// ValidateVolumeSource checks the source that is set, for a persistent volume.
func ValidateVolumeSource(path *field.Path, v *corev1.VolumeSource) field.ErrorList {
	for _, s := range sources {
		if s.set(v) {
			return s.validate(path, &corev1.Volume{VolumeSource: *v}, &specValidator{spec: &corev1.PodSpec{}})
		}
	}
	return nil
}

// need is a field that must not be empty.
type need struct{ field, value string }

// needs returns the rule of a source whose only rule is that some fields are not empty.
func needs(name string, of func(*volume) []need) func(*field.Path, *corev1.Volume, *specValidator) field.ErrorList {
	return func(path *field.Path, v *corev1.Volume, _ *specValidator) field.ErrorList {
		var errs field.ErrorList
		for _, n := range of(&v.VolumeSource) {
			errs = append(errs, validate.Required(path.Child(name, n.field), n.value)...)
		}
		return errs
	}
}

// first returns the first item; "": the list is empty.
func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "set"
}

// validateProjectedVolume : files of several sources in one directory, no two at one path. Upstream: validateProjectedVolumeSource.
func validateProjectedVolume(path *field.Path, v *corev1.Volume, s *specValidator) field.ErrorList {
	p := &projection{check: s, path: path.Child("projected"), files: validate.Seen{}}
	p.add(validate.FileMode(p.path.Child("defaultMode"), v.Projected.DefaultMode))
	for i := range v.Projected.Sources {
		p.source(p.path.Child("sources").Index(i), &v.Projected.Sources[i])
	}
	return p.found
}

// projection collects the files and errors of a projected volume.
type projection struct {
	check *specValidator
	path  *field.Path
	files validate.Seen
	found field.ErrorList
}

func (p *projection) add(errs field.ErrorList) { p.found = append(p.found, errs...) }

// file adds a file; said is the value in the error about two files at one path. As upstream, errors name the volume.
func (p *projection) file(name, said string) {
	if name != "" && p.files.Repeated(name) {
		p.add(field.ErrorList{field.Invalid(p.path, said, "conflicting duplicate paths")})
	}
}

func (p *projection) source(path *field.Path, s *corev1.VolumeProjection) {
	given := 0
	if s.Secret != nil {
		given++
		p.keys(path.Child("secret"), s.Secret.Name, s.Secret.Items)
	}
	if s.ConfigMap != nil {
		given++
		p.keys(path.Child("configMap"), s.ConfigMap.Name, s.ConfigMap.Items)
	}
	if s.DownwardAPI != nil {
		given++
		for i := range s.DownwardAPI.Items {
			f := &s.DownwardAPI.Items[i]
			p.add(validateDownwardAPIFile(path.Child("downwardAPI"), f))
			p.file(f.Path, f.Path)
		}
	}
	if s.ServiceAccountToken != nil {
		given++
		p.token(path.Child("serviceAccountToken"), s.ServiceAccountToken)
	}
	if s.ClusterTrustBundle != nil {
		given++
		p.trustBundle(path.Child("clusterTrustBundle"), s.ClusterTrustBundle)
	}
	if given > 1 {
		p.add(field.ErrorList{field.Forbidden(path, "may not specify more than 1 volume type per source")})
	}
}

func (p *projection) keys(path *field.Path, name string, items []corev1.KeyToPath) {
	p.add(validate.Required(path.Child("name"), name))
	for i := range items {
		p.add(validateKeyToPath(path.Child("items").Index(i), &items[i]))
		p.file(items[i].Path, name)
	}
}

// token: expirationSeconds is at least 600. As upstream, errors about its path name the volume.
func (p *projection) token(path *field.Path, t *corev1.ServiceAccountTokenProjection) {
	lifetime := ptr.Deref(t.ExpirationSeconds, 0)
	at := path.Child("expirationSeconds")
	if lifetime < 10*60 {
		p.add(field.ErrorList{field.Invalid(at, lifetime, "may not specify a duration less than 10 minutes")})
	}
	if lifetime > 1<<32 {
		p.add(field.ErrorList{field.Invalid(at, lifetime, "may not specify a duration larger than 2^32 seconds")})
	}
	if t.Path == "" {
		p.add(field.ErrorList{field.Required(p.path.Child("path"), "")})
	} else if !p.check.options.AllowAnyTokenPath {
		p.add(validate.LocalNonReservedPath(p.path.Child("path"), t.Path))
	}
}

func (p *projection) trustBundle(path *field.Path, b *corev1.ClusterTrustBundleProjection) {
	switch {
	case b.Name != nil && b.SignerName != nil:
		p.add(field.ErrorList{field.Invalid(path, b, "only one of name and signerName may be used")})
	case b.Name != nil:
		if *b.Name == "" {
			p.add(field.ErrorList{field.Required(path.Child("name"), "must be a valid object name")})
		}
		if b.LabelSelector != nil {
			p.add(field.ErrorList{field.Invalid(path.Child("labelSelector"), b.LabelSelector, "labelSelector must be unset if name is specified")})
		}
	case b.SignerName != nil:
		if *b.SignerName == "" {
			p.add(field.ErrorList{field.Required(path.Child("signerName"), "must be a valid signer name")})
		}
		p.add(metav1validation.ValidateLabelSelector(b.LabelSelector, strictLabels, path.Child("labelSelector")))
	default:
		p.add(field.ErrorList{field.Required(path, "either name or signerName must be specified")})
	}
	p.add(validate.Required(path.Child("path"), b.Path))
	p.add(validate.LocalNonReservedPath(path.Child("path"), b.Path))
	p.file(b.Path, b.Path)
}

// validateTokenPaths checks paths of tokens that older versions accepted.
func (s *specValidator) validateTokenPaths() field.ErrorList {
	var errs field.ErrorList
	for i := range s.spec.Volumes {
		if v := &s.spec.Volumes[i]; v.Projected != nil {
			for _, source := range v.Projected.Sources {
				if t := source.ServiceAccountToken; t != nil && t.Path != "" {
					errs = append(errs, validate.LocalNonReservedPath(s.path, t.Path)...)
				}
			}
		}
	}
	return errs
}
