package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"kubepath/internal/tools/workshop"
)

// chosen names, for the command that the proof builds, the exercise that is plugged in.
const chosen = "KUBEPATH_PROVE"

// command builds the command once, on all solutions, and lets it trace a request on each of them.
func (p *proof) command(ctx context.Context, exercises []*workshop.Exercise, folder string) error {
	build := workshop.Build{Checkout: p.checkout, Folder: folder, Name: "kubepath", Plugged: pluggedByName(exercises), Files: workshop.Overlay{}}
	for _, e := range exercises {
		build.Files[e.Abs(e.Edit)] = e.Abs(workshop.SolutionFile)
	}
	program, words, err := build.Do(ctx)
	if errors.Is(err, workshop.ErrNotCompiled) {
		return fmt.Errorf("the command does not compile with the exercises: mend their plug.go\n%s", words)
	}
	if err != nil {
		return err
	}
	for _, e := range exercises {
		if e.Plug == workshop.NoPlug {
			continue
		}
		if wrong := traces(ctx, program, e); wrong != "" {
			p.wrong[e.ID] = append(p.wrong[e.ID], wrong)
		}
	}
	return ctx.Err()
}

// pluggedByName is the source in place of cmd/kubepath/exercise_plug.go.
func pluggedByName(exercises []*workshop.Exercise) string {
	var imports, cases strings.Builder
	for i, e := range exercises {
		fmt.Fprintf(&imports, "\te%d %q\n", i, e.ImportPath())
		fmt.Fprintf(&cases, "\t\t%q: e%d.Plug,\n", e.ID, i)
	}
	return fmt.Sprintf(`package main

import (
	"os"

%s
	"kubepath/internal/tools/exercise"
)

func exercisePlug() exercise.Plug {
	return map[string]func() exercise.Plug{
%s	}[os.Getenv(%q)]()
}
`, imports.String(), cases.String(), chosen)
}

// traces says what went wrong when the command traced a request on the solution; "": nothing.
func traces(ctx context.Context, program string, e *workshop.Exercise) string {
	ctx, cancel := context.WithTimeout(ctx, slow)
	defer cancel()
	command := exec.CommandContext(ctx, program, "trace")
	command.Env = append(os.Environ(), chosen+"="+e.ID)
	output, err := command.CombinedOutput()
	if err == nil {
		return ""
	}
	return fmt.Sprintf("the server does not run on the solution (kubepath trace --with-exercise %s with it): %v\n%s", e.ID, err, output)
}
