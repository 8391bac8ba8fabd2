package versions

import (
	"strings"
	"testing"

	"kubepath/internal/demo"
)

func TestTheDemoShowsWhatADeploymentMeans(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"+   replicas: 1\n", "+     type: RollingUpdate\n", "      - image: nginx\n", "+         imagePullPolicy: Always\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
