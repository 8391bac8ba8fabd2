package core

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// checkVolumes: names of their own, and one source each. Upstream: ValidateVolumes.
func (s *specCheck) checkVolumes() field.ErrorList {
	made := s.madeClaims()
	s.volumes = map[string]*corev1.Volume{}
	var found field.ErrorList
	for i := range s.spec.Volumes {
		v, path := &s.spec.Volumes[i], s.path.Child("volumes").Index(i)
		bad := s.volumeSource(v, path)
		bad = append(bad, namedLabel(path.Child("name"), v.Name)...)
		if s.volumes[v.Name] != nil {
			bad = append(bad, field.Duplicate(path.Child("name"), v.Name))
		}
		if len(bad) == 0 {
			s.volumes[v.Name] = v
		}
		found = append(found, bad...)
		if c := v.PersistentVolumeClaim; c != nil && made[c.ClaimName] {
			found = append(found, field.Invalid(path.Child("persistentVolumeClaim", "claimName"), c.ClaimName,
				"must not reference a PVC that gets created for an ephemeral volume"))
		}
	}
	return found
}

// madeClaims are those that will be made for the pod's ephemeral volumes.
func (s *specCheck) madeClaims() seen {
	made := seen{}
	for i := range s.spec.Volumes {
		if v := &s.spec.Volumes[i]; v.Ephemeral != nil && s.meta != nil && s.meta.Name != "" {
			made[s.meta.Name+"-"+v.Name] = true
		}
	}
	return made
}

// source is one kind of volume.
type source struct {
	name  string // in the path of the error that it is one too many
	set   func(*corev1.VolumeSource) bool
	check func(s *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList
}

// volumeSource: exactly one kind. Upstream: validateVolumeSource.
func (s *specCheck) volumeSource(v *corev1.Volume, path *field.Path) field.ErrorList {
	var found field.ErrorList
	given := 0
	for i := range sources {
		kind := &sources[i]
		switch {
		case !kind.set(&v.VolumeSource):
			continue
		case given > 0:
			found = append(found, field.Forbidden(path.Child(kind.name), "may not specify more than 1 volume type"))
		default:
			found = append(found, kind.check(s, v, path)...)
			given++
		}
	}
	if given == 0 {
		found = append(found, field.Required(path, "must specify a volume type"))
	}
	return found
}

func emptyDir(_ *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList {
	if limit := v.EmptyDir.SizeLimit; limit != nil && limit.Sign() < 0 {
		return field.ErrorList{field.Forbidden(path.Child("emptyDir", "sizeLimit"), "SizeLimit field must be a valid resource quantity")}
	}
	return nil
}

func hostPath(_ *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList {
	h, path := v.HostPath, path.Child("hostPath")
	if h.Path == "" {
		return field.ErrorList{field.Required(path.Child("path"), "")}
	}
	found := staysBelow(path.Child("path"), h.Path)
	if h.Type != nil {
		found = append(found, among(path.Child("type"), *h.Type, corev1.HostPathUnset, corev1.HostPathBlockDev, corev1.HostPathCharDev,
			corev1.HostPathDirectory, corev1.HostPathDirectoryOrCreate, corev1.HostPathFile, corev1.HostPathFileOrCreate, corev1.HostPathSocket)...)
	}
	return found
}

func secretFiles(_ *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList {
	path = path.Child("secret")
	found := required(path.Child("secretName"), v.Secret.SecretName)
	found = append(found, isFileMode(path.Child("defaultMode"), v.Secret.DefaultMode)...)
	return append(found, keysToFiles(v.Secret.Items, path.Child("items"))...)
}

func configFiles(_ *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList {
	path = path.Child("configMap")
	found := required(path.Child("name"), v.ConfigMap.Name)
	found = append(found, isFileMode(path.Child("defaultMode"), v.ConfigMap.DefaultMode)...)
	return append(found, keysToFiles(v.ConfigMap.Items, path.Child("items"))...)
}

func keysToFiles(items []corev1.KeyToPath, path *field.Path) field.ErrorList {
	var found field.ErrorList
	for i := range items {
		found = append(found, keyToFile(&items[i], path.Index(i))...)
	}
	return found
}

func keyToFile(k *corev1.KeyToPath, path *field.Path) field.ErrorList {
	found := required(path.Child("key"), k.Key)
	found = append(found, required(path.Child("path"), k.Path)...)
	found = append(found, isFileName(path.Child("path"), k.Path)...)
	return append(found, isFileMode(path.Child("mode"), k.Mode)...)
}

// podFiles tell a container about its pod. Upstream's errors name the source and not its item.
func podFiles(_ *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList {
	path = path.Child("downwardAPI")
	found := isFileMode(path.Child("defaultMode"), v.DownwardAPI.DefaultMode)
	for i := range v.DownwardAPI.Items {
		found = append(found, podFile(&v.DownwardAPI.Items[i], path)...)
	}
	return found
}

func podFile(f *corev1.DownwardAPIVolumeFile, path *field.Path) field.ErrorList {
	found := required(path.Child("path"), f.Path)
	found = append(found, isFileName(path.Child("path"), f.Path)...)
	switch {
	case f.FieldRef != nil:
		found = append(found, fieldOf(f.FieldRef, path.Child("fieldRef"), fileFields)...)
		if f.ResourceFieldRef != nil {
			found = append(found, field.Invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"))
		}
	case f.ResourceFieldRef != nil:
		found = append(found, resourceOf(f.ResourceFieldRef, path.Child("resourceFieldRef"), true)...)
	default:
		found = append(found, field.Required(path, "one of fieldRef and resourceFieldRef is required"))
	}
	return append(found, isFileMode(path.Child("mode"), f.Mode)...)
}

// claimMade is the volume whose claim is made with the pod and goes with it.
func claimMade(s *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList {
	var found field.ErrorList
	if t := v.Ephemeral.VolumeClaimTemplate; t == nil {
		found = append(found, field.Required(path.Child("ephemeral", "volumeClaimTemplate"), ""))
	} else {
		found = append(found, claimTemplate(t, path.Child("ephemeral", "volumeClaimTemplate"))...)
	}
	if s.meta == nil || s.meta.Name == "" || v.Name == "" {
		return found
	}
	claim := s.meta.Name + "-" + v.Name
	for _, bad := range isObjectName(path, claim) {
		found = append(found, field.Invalid(path.Child("name"), v.Name, fmt.Sprintf("PVC name %q: %v", claim, bad.Detail)))
	}
	return found
}

func imageVolume(s *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList {
	path = path.Child("image")
	var found field.ErrorList
	if s.options.Pod {
		found = required(path.Child("reference"), v.Image.Reference)
	}
	return append(found, pullPolicy(path.Child("pullPolicy"), v.Image.PullPolicy)...)
}
