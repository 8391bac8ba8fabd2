package rest

import (
	"bytes"
	"strings"
	"testing"

	"kubepath/internal/demo"
)

func TestTheDemoShowsWhatItSays(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	t.Log(text)
	for _, line := range []string{
		"   Getter            get              GET    namespaces/{ns}/configmaps/{name}\n",
		"   CollectionDeleter deletecollection DELETE namespaces/{ns}/configmaps\n",
		`   storage  Create(ctx of "default", a *v1.ConfigMap called default/greeting)` + "\n",
		`            Warning: 299 - "unknown field \"color\""` + "\n",
		"   400      application/json\n", "   422      application/json\n",
		"            rows: [greeting 2",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("not shown: %q", line)
		}
	}
	lines := strings.Split(text, "\n")
	if len(lines) > 62 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if len([]rune(line)) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}
