package controlplane

import (
	"strings"
	"testing"

	"kubepath/internal/demo"
)

func TestTheDemoShowsTheTableWritersServersAndKeys(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"/registry/minions\n", "autoscaling/v1       the objects of autoscaling/v2\n",
		"POST pods/web/binding 201  spec.nodeName: n1\n",
		"409  pod web is already assigned to node \"n1\"\n", "422  spec: Forbidden: pod updates",
		"POST pods/web/eviction  429", "still exists, grace period 30 seconds\n", "GET pods/web returns 404\n",
		"422  provided IP is already allocated\n", "422  provided port is already allocated\n",
		"bits [00000010 00000001]\n", "bits [00000010 00000000]\n", "   /registry/services/specs/default/b\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) > 60 {
		t.Errorf("%d lines are more than a screen", len(lines))
	}
	for _, line := range lines {
		if len(line) > 80 || strings.TrimRight(line, " ") != line {
			t.Errorf("wider than 80 columns, or blanks at the end: %q", line)
		}
	}
}
