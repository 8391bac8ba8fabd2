package resource_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	. "kubepath/chapters/17-controlplane/resource"
)

func TestADiffHasGosNames(t *testing.T) {
	t.Parallel()
	claim := func(size string) corev1.PersistentVolumeClaimSpec {
		return corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources: corev1.VolumeResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(size)},
			},
		}
	}
	got := Diff(claim("1Gi"), claim("2Gi"))
	want := "@@ -6,7 +6,7 @@\n  \"Resources\": {\n   \"Limits\": null,\n   \"Requests\": {\n" +
		"-   \"storage\": \"1Gi\"\n+   \"storage\": \"2Gi\"\n   }\n  },\n  \"VolumeName\": \"\",\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestADiffShowsWhatIsEmbeddedInItsPlace(t *testing.T) {
	t.Parallel()
	before := corev1.PersistentVolumeSpec{PersistentVolumeSource: corev1.PersistentVolumeSource{
		HostPath: &corev1.HostPathVolumeSource{Path: "/a"}}}
	after := *before.DeepCopy()
	after.HostPath.Path = "/b"
	if got := Diff(before, after); !strings.Contains(got, "-  \"Path\": \"/a\",\n+  \"Path\": \"/b\",\n") || strings.Contains(got, "PersistentVolumeSource") {
		t.Error(got)
	}
}
