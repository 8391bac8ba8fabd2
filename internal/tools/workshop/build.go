package workshop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
)

// ErrNotCompiled means that the learner's code does not compile.
var ErrNotCompiled = errors.New("the exercise does not compile")

// Build makes the kubepath command with the exercise plugged in, and returns the path of the program. words is what the
// compiler said where it did not compile.
func (e *Exercise) Build(ctx context.Context) (program, words string, err error) {
	b := Build{Checkout: e.Checkout, Folder: e.Checkout.own("build"), Name: "kubepath-" + e.ID, Plugged: plugged(e)}
	program, words, err = b.Do(ctx)
	return program, compilerWords(e, words), err
}

// plugged is the source in place of cmd/kubepath/exercise_plug.go.
func plugged(e *Exercise) string {
	return fmt.Sprintf(`package main

import (
	learner %q

	"kubepath/internal/tools/exercise"
)

func exercisePlug() exercise.Plug { return learner.Plug() }
`, e.ImportPath())
}

// Build is a build of the kubepath command on other sources.
type Build struct {
	Checkout Checkout
	Folder   string // for what is made
	Name     string // of the program
	Plugged  string // the source in place of cmd/kubepath/exercise_plug.go
	Files    Overlay
}

// Do builds, and returns the path of the program. words is what the compiler said where it is ErrNotCompiled.
func (b Build) Do(ctx context.Context) (program, words string, err error) {
	if err := os.MkdirAll(b.Folder, 0o755); err != nil {
		return "", "", err
	}
	overlay, err := b.overlay()
	if err != nil {
		return "", "", err
	}
	program = filepath.Join(b.Folder, b.Name)
	var said bytes.Buffer
	// Without -w the linker would spend most of its time on what only a debugger reads.
	command := goCommand(ctx, b.Checkout, "build", "-ldflags=-w", "-overlay", overlay, "-o", program, "./cmd/kubepath")
	command.Stderr = &said
	err = command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return program, "", nil
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case errors.As(err, &exit):
		return "", said.String(), ErrNotCompiled
	}
	return "", "", fmt.Errorf("the go command is needed to build on an exercise: %w", err)
}

// overlay writes what the go command is to read in place of what is there. The generated source's name does not end as a
// Go file's does, so no tool takes it for one.
func (b Build) overlay() (path string, err error) {
	source := filepath.Join(b.Folder, b.Name+".plugged")
	if err := writeWhole(source, []byte(b.Plugged)); err != nil {
		return "", err
	}
	files := Overlay{b.Checkout.Path("cmd", "kubepath", "exercise_plug.go"): source}
	maps.Copy(files, b.Files)
	path = filepath.Join(b.Folder, b.Name+".overlay")
	return path, files.Write(path)
}

// Overlay says which file the go command reads in place of another; both are paths on this machine. See go help build,
// -overlay.
type Overlay map[string]string

// Write puts the overlay into a file for the go command.
func (o Overlay) Write(path string) error {
	text, err := json.Marshal(map[string]Overlay{"Replace": o})
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}
