package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"kubepath/internal/tools/workshop/workshoptest"
)

func TestWorkshop(t *testing.T) {
	t.Parallel()
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/workshop",
		Setup: func(e *testscript.Env) error {
			e.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
			e.Setenv("GOFLAGS", "-buildvcs=false")
			return workshoptest.Write(filepath.Join(e.WorkDir, "checkout"))
		},
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"status": status},
	})
}

func TestTheExerciseIsLeftOutOfTheWordsThatGoOn(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ words, want string }{
		{"serve --with-exercise 7 --secure-port 0", "serve --secure-port 0"},
		{"trace --with-exercise=7b get pods", "trace get pods"},
		{"trace --with-exercise 7 -- echo --with-exercise 7", "trace -- echo --with-exercise 7"},
		{"trace", "trace"},
	} {
		if got := withoutExercise(strings.Fields(row.words)); !slices.Equal(got, strings.Fields(row.want)) {
			t.Errorf("%s: %q, want %q", row.words, got, row.want)
		}
	}
}
