package cacher_test

import (
	"strings"
	"testing"

	cacher "kubepath/chapters/10-cacher"
	"kubepath/internal/demo"
)

func TestTheDemoCountsWhatTheCacheSaves(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := cacher.Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
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
		"without the cache                     20 ranges of objects,   0 single keys",
		"from the cache                         0 ranges of objects,  20 single keys",
		"from the cache, resourceVersion=0      0 ranges of objects,   0 single keys",
		"997 pods now, 1000 then",
		"100 events,",
		" 1 encoding",
		"ERROR 410 Expired: too old resource version: ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("missing: %s", want)
		}
	}
	t.Log("\n" + out.String())
}
