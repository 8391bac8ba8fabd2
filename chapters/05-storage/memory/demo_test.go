package memory_test

import (
	"strings"
	"testing"

	"kubepath/chapters/05-storage/memory"
	"kubepath/internal/demo"
)

func TestTheDemoShowsARaceAListAndAWatch(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := memory.Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) > 60 {
		t.Errorf("%d lines do not fit on a screen", len(lines))
	}
	for _, line := range lines {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
	for _, want := range []string{
		"red  reads revision 2 with the labels []",
		"red  reads revision 3 with the labels [blue]",
		"red  has written revision 4 with the labels [blue red]",
		`2 more; token {"v":"meta.k8s.io/v1","rv":7,"start":"default/b\u0000"}`,
		"c, web at revision 7",
		`token {"v":"meta.k8s.io/v1","rv":-1,"start":"default/b\u0000"}`,
		"DELETED  a",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("missing: %s", want)
		}
	}
	t.Log(out.String())
}
