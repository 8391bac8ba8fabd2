package versions

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestAnImageThatMayChangeUnderItsNameIsAlwaysPulled(t *testing.T) {
	t.Parallel()
	digest := "@sha256:" + strings.Repeat("a", 64)
	for image, always := range map[string]bool{
		"nginx":                                 true,
		"nginx:latest":                          true,
		"docker.io/library/nginx":               true,
		"registry.example.com:5000/team/web":    true,
		"localhost/web":                         true,
		"[::1]:5000/web":                        true,
		"nginx:latest" + digest:                 true, // the tag decides, though the image is pulled by digest
		"nginx:1.29":                            false,
		"registry.example.com:5000/team/web:v1": false,
		"nginx" + digest:                        false,
		"nginx:v1" + digest:                     false,
		// Validation refuses names that are no image names.
		"":                      false,
		"NGINX":                 false,
		"a//b":                  false,
		"nginx:":                false,
		"nginx@sha256:abc":      false,
		strings.Repeat("a", 64): false,
	} {
		want := corev1.PullIfNotPresent
		if always {
			want = corev1.PullAlways
		}
		if got := pullPolicy(image); got != want {
			t.Errorf("%q: %s, want %s", image, got, want)
		}
	}
}
