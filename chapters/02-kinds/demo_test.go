package kinds

import (
	"strings"
	"testing"

	"kubepath/internal/demo"
)

func TestTheDemoShowsWhatItSays(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"*v1.Pod", "k8s.....v1..Pod", "equal to the first object: true", `unknown field "spec.containers[0].imgae"`,
		"-> 406 only the following media types are accepted:", "/apis/apps/v1/deployments, kind Deployment", "did you mean deployments?",
	} {
		if !strings.Contains(out.String(), key) {
			t.Errorf("%q is missing", key)
		}
	}
	if strings.Contains(out.String(), "object: false") {
		t.Error("an object changed on its way")
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) > 61 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if len([]rune(line)) > 80 {
			t.Errorf("%d columns: %s", len([]rune(line)), line)
		}
	}
	if t.Failed() {
		t.Log(out.String())
	}
}
