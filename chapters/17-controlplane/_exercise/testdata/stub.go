package exercise

import (
	"context"

	corev1 "k8s.io/api/core/v1"

	"kubepath/internal/tools/exercise"
)

// Bind gives the pod called name to the node that binding names. Its error is what the client gets: a Conflict where the
// pod cannot be bound; whatever b.pods says (NotFound) as it is. With dryRun it answers the same, and changes nothing.
func (b *Binding) Bind(ctx context.Context, name string, binding *corev1.Binding, dryRun []string) error {
	// TODO(you): b.pods.Update changes a stored pod. It takes a *rest.Update (chapter 4): what to change is its Mutate,
	// what the pod must be its Preconditions, and dryRun belongs into its Options.
	return exercise.ErrTODO
}

// assign changes a pod that may be bound, and refuses any other.
func assign(pod *corev1.Pod, binding *corev1.Binding) error {
	// TODO(you): see doc.go, and refused and setScheduled in given.go.
	return exercise.ErrTODO
}
