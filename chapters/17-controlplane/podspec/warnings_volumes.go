package podspec

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// oldVolumes are deprecated volume sources.
var oldVolumes = []struct {
	name string
	set  func(*volume) bool
	say  string
}{
	{"photonPersistentDisk", func(v *volume) bool { return v.PhotonPersistentDisk != nil }, "deprecated in v1.11, non-functional in v1.16+"},
	{"gitRepo", func(v *volume) bool { return v.GitRepo != nil }, "deprecated in v1.11, and disabled by default in v1.33+"},
	{"scaleIO", func(v *volume) bool { return v.ScaleIO != nil }, "deprecated in v1.16, non-functional in v1.22+"},
	{"flocker", func(v *volume) bool { return v.Flocker != nil }, "deprecated in v1.22, non-functional in v1.25+"},
	{"storageOS", func(v *volume) bool { return v.StorageOS != nil }, "deprecated in v1.22, non-functional in v1.25+"},
	{"quobyte", func(v *volume) bool { return v.Quobyte != nil }, "deprecated in v1.22, non-functional in v1.25+"},
	{"glusterfs", func(v *volume) bool { return v.Glusterfs != nil }, "deprecated in v1.25, non-functional in v1.26+"},
	{"cephfs", func(v *volume) bool { return v.CephFS != nil }, "deprecated in v1.28, non-functional in v1.31+"},
	{"rbd", func(v *volume) bool { return v.RBD != nil }, "deprecated in v1.28, non-functional in v1.31+"},
}

func (w *warning) volumes() {
	for i := range w.spec.Volumes {
		v, path := &w.spec.Volumes[i], w.path.Child("volumes").Index(i)
		for _, old := range oldVolumes {
			if old.set(&v.VolumeSource) {
				w.add("%s: %s", path.Child(old.name), old.say)
			}
		}
		if v.Ephemeral != nil && v.Ephemeral.VolumeClaimTemplate != nil {
			claim, at := &v.Ephemeral.VolumeClaimTemplate.Spec.Resources, path.Child("ephemeral", "volumeClaimTemplate", "spec", "resources")
			w.fractions(at.Child("requests"), claim.Requests, corev1.ResourceStorage)
			w.fractions(at.Child("limits"), claim.Limits, corev1.ResourceStorage)
		}
	}
}

// placed is a file in a volume, and its source; "": the volume has one source.
type placed struct{ path, source string }

func (p placed) String() string {
	if p.source == "" {
		return fmt.Sprintf("%q", p.path)
	}
	return fmt.Sprintf("%q (%s)", p.path, p.source)
}

// overlaps finds files at the same path, and files whose path has another file as a directory.
func (w *warning) overlaps() {
	for i := range w.spec.Volumes {
		v := &w.spec.Volumes[i]
		switch {
		case v.ConfigMap != nil:
			w.overlap(v.Name, fmt.Sprintf("ConfigMap %q", v.ConfigMap.Name), keyFiles(v.ConfigMap.Items, ""))
		case v.Secret != nil:
			w.overlap(v.Name, fmt.Sprintf("Secret %q", v.Secret.SecretName), keyFiles(v.Secret.Items, ""))
		case v.DownwardAPI != nil:
			w.overlap(v.Name, "DownwardAPI", fieldFiles(v.DownwardAPI.Items, ""))
		case v.Projected != nil:
			var all []placed
			for j := range v.Projected.Sources {
				s := &v.Projected.Sources[j]
				if *s == (corev1.VolumeProjection{}) {
					w.add("volume %q (Projected) has no sources provided", v.Name)
				}
				all = append(all, filesOf(s)...)
			}
			w.overlap(v.Name, "Projected", all)
		}
	}
}

func (w *warning) overlap(volume, source string, files []placed) {
	for i := range files {
		files[i].path = strings.TrimRight(files[i].path, "/")
		for _, earlier := range files[:i] {
			a, b := files[i].path, earlier.path
			if a != "" && b != "" && (strings.HasPrefix(a+"/", b+"/") || strings.HasPrefix(b+"/", a+"/")) {
				w.add("volume %q (%s): overlapping paths: %s with %s", volume, source, files[i], earlier)
			}
		}
	}
}

func keyFiles(items []corev1.KeyToPath, source string) []placed {
	var files []placed
	for _, item := range items {
		files = append(files, placed{item.Path, source})
	}
	return files
}

func fieldFiles(items []corev1.DownwardAPIVolumeFile, source string) []placed {
	var files []placed
	for _, item := range items {
		files = append(files, placed{item.Path, source})
	}
	return files
}

// filesOf returns the files of one source of a projected volume.
func filesOf(s *corev1.VolumeProjection) []placed {
	switch {
	case s.ConfigMap != nil && s.ConfigMap.Items != nil:
		return keyFiles(s.ConfigMap.Items, fmt.Sprintf("ConfigMap %q", s.ConfigMap.Name))
	case s.Secret != nil && s.Secret.Items != nil:
		return keyFiles(s.Secret.Items, fmt.Sprintf("Secret %q", s.Secret.Name))
	case s.DownwardAPI != nil && s.DownwardAPI.Items != nil:
		return fieldFiles(s.DownwardAPI.Items, "DownwardAPI")
	case s.ServiceAccountToken != nil:
		return []placed{{s.ServiceAccountToken.Path, "ServiceAccountToken"}}
	}
	return nil
}
