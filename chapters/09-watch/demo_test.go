package watch

import (
	"bytes"
	"strings"
	"testing"

	"kubepath/internal/demo"
)

func TestTheDemoShowsWhatASelectorMakesOfChanges(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`{"type":"ADDED"`, `{"type":"MODIFIED"`, `{"type":"DELETED"`, "the label is gone: DELETED, though the pod is not"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the demo does not show %s", want)
		}
	}
	lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	if len(lines) > 60 {
		t.Errorf("the demo prints %d lines", len(lines))
	}
	for _, line := range lines {
		if len([]rune(line)) > 80 {
			t.Errorf("%d columns: %s", len([]rune(line)), line)
		}
	}
}
