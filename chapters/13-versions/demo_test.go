package versions

import (
	"strings"
	"testing"

	"kubepath/internal/demo"
)

func TestTheDemoShowsDefaultsVersionsAndGroups(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"+   replicas: 1\n", "      - image: nginx\n", "+         imagePullPolicy: Always\n", "maxSurge: 1\n",
		`[{"type":"Pods","pods":{"metricName":"rps","targetAverageValue":"100m"}}]`, "averageUtilization: 60\n",
		"involvedObject      regarding            {\"kind\":\"Pod\",\"name\":\"web\"}\n",
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
		if len(line) > 80 {
			t.Errorf("wider than 80 columns: %s", line)
		}
	}
}
