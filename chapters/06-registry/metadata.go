package registry

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	rest "kubepath/chapters/04-rest"
)

// setNamespace gives the object the namespace that the request is about. One that the object brought along must be the
// same; a cluster-scoped object loses it. Upstream: rest.EnsureObjectNamespaceMatchesRequestNamespace.
func (s *Store) setNamespace(ctx context.Context, m metav1.Object) error {
	requested := ""
	if s.NamespaceScoped() {
		requested = rest.NamespaceFrom(ctx)
	}
	if own := m.GetNamespace(); own != "" && requested != "" && own != requested {
		return errors.NewBadRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	m.SetNamespace(requested)
	return nil
}

// dropDuplicateOwners keeps the first of equal owner references and warns of the others.
// Upstream: handlers.dedupOwnerReferencesAndAddWarning.
func dropDuplicateOwners(ctx context.Context, m metav1.Object) {
	owners := m.GetOwnerReferences()
	if len(owners) < 2 {
		return
	}
	kept := make([]metav1.OwnerReference, 0, len(owners))
	var dropped []string
	for _, owner := range owners {
		if containsOwner(kept, owner) {
			dropped = append(dropped, string(owner.UID))
			continue
		}
		kept = append(kept, owner)
	}
	if len(dropped) == 0 {
		return
	}
	m.SetOwnerReferences(kept)
	rest.AddWarning(ctx, fmt.Sprintf(duplicateOwners, strings.Join(dropped, ", ")))
}

const duplicateOwners = ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in " +
	"1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: %v"

func containsOwner(owners []metav1.OwnerReference, wanted metav1.OwnerReference) bool {
	for _, owner := range owners {
		if owner.UID == wanted.UID && owner.Name == wanted.Name && owner.Kind == wanted.Kind &&
			owner.APIVersion == wanted.APIVersion && equal(owner.Controller, wanted.Controller) &&
			equal(owner.BlockOwnerDeletion, wanted.BlockOwnerDeletion) {
			return true
		}
	}
	return false
}

func equal[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// warn adds each line to the answer's warnings.
func warn(ctx context.Context, lines []string) {
	for _, line := range lines {
		rest.AddWarning(ctx, line)
	}
}
