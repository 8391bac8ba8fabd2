package patch_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	patch "kubepath/chapters/12-patch"
	"kubepath/internal/demo"
)

func TestTheDemoShowsPatchTypesManagersConflictAndForce(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := patch.Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, line := range []string{
		"200  labels map[tier:front]  containers app=a:2 proxy=p:1",
		"200  labels map[]  containers app=a:3\n",
		"containers app=a:4 proxy=p:1",
		"release owns app.image app.name",
		"mesh owns proxy.image proxy.name",
		`409  Apply failed with 1 conflict: conflict with "release"`,
		"mesh owns app.image app.name proxy.image proxy.name",
		"200  app=a:0\n",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is missing in\n%s", line, text)
		}
	}
	lines := strings.Split(text, "\n")
	if len(lines) > 60 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}
