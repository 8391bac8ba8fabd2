package workshop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNotCompiled means that the learner's code does not compile; Words has what the compiler said.
var ErrNotCompiled = errors.New("the exercise does not compile")

// Build makes the kubepath command with an exercise plugged in, and returns the path of the program. words is what the
// compiler said where it did not compile.
func (e *Exercise) Build(ctx context.Context) (program, words string, err error) {
	return e.BuildIn(ctx, e.Checkout.own("build"), Overlay{})
}

// BuildIn is Build with a folder for what it makes, and with other files in place of the learner's.
func (e *Exercise) BuildIn(ctx context.Context, folder string, o Overlay) (program, words string, err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", "", err
	}
	overlay, err := e.plugOverlay(folder, o)
	if err != nil {
		return "", "", err
	}
	program = filepath.Join(folder, "kubepath-"+e.ID)
	var said bytes.Buffer
	// Without -w the linker would spend most of its time on what only a debugger reads.
	command := goCommand(ctx, e.Checkout, "build", "-ldflags=-w", "-overlay", overlay, "-o", program, "./cmd/kubepath")
	command.Stderr = &said
	err = command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return program, "", nil
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case errors.As(err, &exit):
		return "", compilerWords(e, said.String()), ErrNotCompiled
	}
	return "", "", fmt.Errorf("the go command is needed to build on an exercise: %w", err)
}

// plugged is the source in place of cmd/kubepath/plugged.go.
const plugged = `package main

import (
	learner "IMPORT"

	"kubepath/internal/exercise"
)

func plugged() exercise.Plug { return learner.Plug() }
`

// plugOverlay writes what the go command needs to see the exercise in place of nothing. The generated source's name does
// not end as a Go file's does, so no tool takes it for one.
func (e *Exercise) plugOverlay(folder string, o Overlay) (path string, err error) {
	source := filepath.Join(folder, "plugged-"+e.ID)
	text := strings.Replace(plugged, "IMPORT", e.ImportPath(), 1)
	if err := writeWhole(source, []byte(text)); err != nil {
		return "", err
	}
	path = filepath.Join(folder, "overlay-"+e.ID+".json")
	all := maps.Clone(o)
	all[e.Checkout.Path("cmd", "kubepath", "plugged.go")] = source
	return path, all.Write(path)
}
