package server

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"kubepath/internal/demo"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	if len(lines) > 60 {
		t.Errorf("%d lines, want at most 60", len(lines))
	}
	for _, line := range lines {
		if len([]rune(line)) > 80 {
			t.Errorf("longer than 80 columns: %s", line)
		}
	}
	for _, want := range []string{
		"11 audit           what is recorded of it? (empty)",
		"[+]ping ok, [+]log ok, [+]shutdown ok, readyz check passed",
		"another one: 429, Retry-After: 1",
		"when they are done: 200",
		"500 InternalError",
		"child of b7ad6b7169203331",
		`it was answered: "done in peace"`,
		"Run returned <nil>",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the demo does not show %q:\n%s", want, out.String())
		}
	}
}

func TestTheDemoServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	out := &stopAt{text: "get configmaps", stop: stop}
	if err := Demo(ctx, &demo.Stage{Out: out, Serve: true}); err != nil {
		t.Fatal(err)
	}
	if ctx.Err() == nil {
		t.Error("the demo ended by itself")
	}
}

// stopAt stops the demo when it has written a text.
type stopAt struct {
	text string
	stop context.CancelFunc
}

func (s *stopAt) Write(data []byte) (int, error) {
	if bytes.Contains(data, []byte(s.text)) {
		s.stop()
	}
	return len(data), nil
}
