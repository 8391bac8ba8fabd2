package cluster

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/core"
	"kubepath/chapters/17-controlplane/resource"
)

// claimStrategy: what is claimed stays, but for the size of a volume that is bound.
// Upstream: pkg/registry/core/persistentvolumeclaim.
type claimStrategy struct {
	resource.SpecStatus[corev1.PersistentVolumeClaim, *corev1.PersistentVolumeClaim]
}

var claims = claimStrategy{resource.SpecStatus[corev1.PersistentVolumeClaim, *corev1.PersistentVolumeClaim]{
	Strategy:     namespaced,
	NoGeneration: true,
	Spec:         func(c *corev1.PersistentVolumeClaim) any { return &c.Spec },
	Status:       func(c *corev1.PersistentVolumeClaim) any { return &c.Status },
	ValidateWithOldFunc: func(_ context.Context, c, old *corev1.PersistentVolumeClaim) field.ErrorList {
		return core.ValidatePersistentVolumeClaimSpec(&c.Spec, field.NewPath("spec"), core.OptionsForClaim(old))
	},
	ValidateUpdateFunc: validateClaimUpdate,
	WarningsFunc:       func(_ context.Context, c *corev1.PersistentVolumeClaim) []string { return claimWarnings(c) },
}}

func (s claimStrategy) PrepareForCreate(ctx context.Context, obj runtime.Object) {
	s.SpecStatus.PrepareForCreate(ctx, obj)
	c := obj.(*corev1.PersistentVolumeClaim)
	c.Status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending}
	dropForeignSource(&c.Spec, nil)
	alignSources(&c.Spec)
}

func (s claimStrategy) PrepareForUpdate(ctx context.Context, obj, old runtime.Object) {
	s.SpecStatus.PrepareForUpdate(ctx, obj, old)
	c := obj.(*corev1.PersistentVolumeClaim)
	dropForeignSource(&c.Spec, &old.(*corev1.PersistentVolumeClaim).Spec)
	alignSources(&c.Spec)
}

var claimStatus = claims.StatusStrategy(validateClaimStatus)

// readAligned shows old claims with both names of their source.
func readAligned(s *registry.Store, _ *resource.Dependencies) {
	s.Decorator = func(obj runtime.Object) {
		if c, ok := obj.(*corev1.PersistentVolumeClaim); ok {
			alignSources(&c.Spec)
		}
	}
}

func claimWarnings(c *corev1.PersistentVolumeClaim) []string {
	var lines []string
	if annotated(c.Annotations, corev1.BetaStorageClassAnnotation) {
		lines = append(lines, `metadata.annotations[volume.beta.kubernetes.io/storage-class]: `+
			`deprecated since v1.8; use "storageClassName" attribute instead`)
	}
	for _, list := range []struct {
		name  string
		sizes corev1.ResourceList
	}{{"requests", c.Spec.Resources.Requests}, {"limits", c.Spec.Resources.Limits}} {
		if size := list.sizes[corev1.ResourceStorage]; size.MilliValue()%1000 != 0 {
			lines = append(lines, fmt.Sprintf("spec.resources.%s[storage]: fractional byte value %q is invalid, must be an integer",
				list.name, size.String()))
		}
	}
	return lines
}
