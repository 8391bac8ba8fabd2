package core

import (
	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// projected is files of several sources in one directory, no two at one path. Upstream: validateProjectedVolumeSource.
func projected(s *specCheck, v *corev1.Volume, path *field.Path) field.ErrorList {
	p := &projection{check: s, path: path.Child("projected"), files: seen{}}
	p.add(isFileMode(p.path.Child("defaultMode"), v.Projected.DefaultMode))
	for i := range v.Projected.Sources {
		p.source(&v.Projected.Sources[i], p.path.Child("sources").Index(i))
	}
	return p.found
}

// projection is a projected volume being checked.
type projection struct {
	check *specCheck
	path  *field.Path
	files seen
	found field.ErrorList
}

func (p *projection) add(more field.ErrorList) { p.found = append(p.found, more...) }

// file notes a file; said is what the error shows of two at one path. Upstream's errors name the volume.
func (p *projection) file(name, said string) {
	if name != "" && p.files.again(name) {
		p.add(field.ErrorList{field.Invalid(p.path, said, "conflicting duplicate paths")})
	}
}

func (p *projection) source(s *corev1.VolumeProjection, path *field.Path) {
	given := 0
	if s.Secret != nil {
		given++
		p.keys(s.Secret.Name, s.Secret.Items, path.Child("secret"))
	}
	if s.ConfigMap != nil {
		given++
		p.keys(s.ConfigMap.Name, s.ConfigMap.Items, path.Child("configMap"))
	}
	if s.DownwardAPI != nil {
		given++
		for i := range s.DownwardAPI.Items {
			f := &s.DownwardAPI.Items[i]
			p.add(podFile(f, path.Child("downwardAPI")))
			p.file(f.Path, f.Path)
		}
	}
	if s.ServiceAccountToken != nil {
		given++
		p.token(s.ServiceAccountToken, path.Child("serviceAccountToken"))
	}
	if s.ClusterTrustBundle != nil {
		given++
		p.trustBundle(s.ClusterTrustBundle, path.Child("clusterTrustBundle"))
	}
	if given > 1 {
		p.add(field.ErrorList{field.Forbidden(path, "may not specify more than 1 volume type per source")})
	}
}

func (p *projection) keys(name string, items []corev1.KeyToPath, path *field.Path) {
	p.add(required(path.Child("name"), name))
	for i := range items {
		p.add(keyToFile(&items[i], path.Child("items").Index(i)))
		p.file(items[i].Path, name)
	}
}

// token lives at least ten minutes. Upstream's errors about its path name the volume.
func (p *projection) token(t *corev1.ServiceAccountTokenProjection, path *field.Path) {
	lifetime := deref(t.ExpirationSeconds, 0)
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
		p.add(isFileName(p.path.Child("path"), t.Path))
	}
}

func (p *projection) trustBundle(b *corev1.ClusterTrustBundleProjection, path *field.Path) {
	switch {
	case b.Name != nil && b.SignerName != nil:
		p.add(field.ErrorList{field.Invalid(path, resource.InternalForm(b), "only one of name and signerName may be used")})
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
	p.add(required(path.Child("path"), b.Path))
	p.add(isFileName(path.Child("path"), b.Path))
	p.file(b.Path, b.Path)
}

// tokenPaths finds paths of tokens that were once allowed.
func (s *specCheck) tokenPaths() field.ErrorList {
	var found field.ErrorList
	for i := range s.spec.Volumes {
		if v := &s.spec.Volumes[i]; v.Projected != nil {
			for _, source := range v.Projected.Sources {
				if t := source.ServiceAccountToken; t != nil && t.Path != "" {
					found = append(found, isFileName(s.path, t.Path)...)
				}
			}
		}
	}
	return found
}
