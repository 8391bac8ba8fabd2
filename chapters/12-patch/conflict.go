package patch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
)

// conflictError returns a 409 that names the manager and the path of each conflict. Upstream: NewConflictError.
func (m *managedFields) conflictError(conflicts merge.Conflicts) error {
	causes := make([]metav1.StatusCause, len(conflicts))
	paths := map[string][]string{} // by manager
	for i, conflict := range conflicts {
		causes[i] = metav1.StatusCause{Type: metav1.CauseTypeFieldManagerConflict,
			Message: "conflict with " + m.describe(conflict.Manager), Field: conflict.Path.String()}
		paths[conflict.Manager] = append(paths[conflict.Manager], conflict.Path.String())
	}
	if len(conflicts) == 1 {
		return apierrors.NewApplyConflict(causes, fmt.Sprintf("Apply failed with 1 conflict: %s: %s", causes[0].Message, causes[0].Field))
	}
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(paths)) {
		lines = append(lines, fmt.Sprintf("conflicts with %s:", m.describe(id)))
		for _, path := range paths[id] {
			lines = append(lines, "- "+path)
		}
	}
	return apierrors.NewApplyConflict(causes, fmt.Sprintf("Apply failed with %d conflicts: %s", len(conflicts), strings.Join(lines, "\n")))
}

// describe returns how a conflict names a manager: "kubelet" with subresource "status" using v1.
func (m *managedFields) describe(id string) string {
	entry := m.entries[id]
	text := fmt.Sprintf("%q", entry.Manager)
	if entry.Subresource != "" {
		text += fmt.Sprintf(" with subresource %q", entry.Subresource)
	}
	if entry.Operation == metav1.ManagedFieldsOperationUpdate {
		text += " using " + entry.APIVersion
	}
	return text
}
