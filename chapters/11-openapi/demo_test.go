package openapi

import (
	"bytes"
	"strings"
	"testing"

	"kubepath/internal/demo"
)

func TestDemoShowsATypeAnOperationAndWhatTheyCost(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`"x-kubernetes-list-map-keys":["containerPort","protocol"]`,
		"operationId createCoreV1NamespacedPod, tags [core_v1]",
		"answer 201  Created",
		"status 304",
	} {
		if !strings.Contains(strings.ReplaceAll(out.String(), "\n    ", ""), line) && !strings.Contains(out.String(), line) {
			t.Errorf("without %q:\n%s", line, &out)
		}
	}
	if n := strings.Count(out.String(), "\n"); n > 60 {
		t.Errorf("%d lines", n)
	}
}
