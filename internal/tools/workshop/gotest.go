package workshop

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// testTimeout ends a test run that waits for something which never comes.
const testTimeout = 30 * time.Second

// Test runs the tests of the exercise on the learner's file as it is now. A test that fails is no error; an error is what
// kept the tests from being asked at all.
func (e *Exercise) Test(ctx context.Context) (*Report, error) {
	run := TestRun{Checkout: e.Checkout, Packages: []string{e.Package()}, Flags: []string{"-count=1", "-vet=off"}}
	reports, err := run.Do(ctx)
	if err != nil {
		return nil, err
	}
	r := reports[e.ImportPath()]
	if r == nil {
		return nil, fmt.Errorf("go test said nothing about %s", e.ImportPath())
	}
	r.Complete(e)
	return r, nil
}

// TestRun is one go test of some packages.
type TestRun struct {
	Checkout Checkout
	Packages []string // ./chapters/07-etcd3/_exercise
	Flags    []string
	Timeout  time.Duration // of each package; 0: testTimeout
}

// Do runs the tests and returns a report for each package by its import path.
func (t TestRun) Do(ctx context.Context) (map[string]*Report, error) {
	if t.Timeout == 0 {
		t.Timeout = testTimeout
	}
	args := append([]string{"test", "-json", "-timeout=" + t.Timeout.String()}, t.Flags...)
	command := goCommand(ctx, t.Checkout, append(args, t.Packages...)...)
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var errs bytes.Buffer
	command.Stderr = &errs
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("the go command is needed to run the exercises: %w", err)
	}
	reports, stray, err := parseEvents(out)
	ended := command.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	case len(reports) == 0 && ended != nil:
		return nil, fmt.Errorf("go test: %w\n%s", ended, strings.TrimSpace(stray+errs.String()))
	}
	return reports, nil
}

// goCommand is the go command at the top of the checkout. What it starts ends with it.
func goCommand(ctx context.Context, c Checkout, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = string(c)
	command.Env = append(os.Environ(), "GOWORK=off")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = 5 * time.Second
	return command
}

// event is a line of go test -json. See go doc cmd/test2json.
type event struct {
	Action, Package, Test, Output string
	ImportPath, FailedBuild       string
}

// parseEvents turns the lines into reports. stray is what was printed besides.
func parseEvents(in io.Reader) (reports map[string]*Report, stray string, err error) {
	reports = map[string]*Report{}
	builds := map[string]string{} // what the compiler said, by what it compiled
	raw, err := io.ReadAll(in)
	if err != nil {
		return nil, "", err
	}
	for line := range bytes.Lines(raw) {
		var ev event
		if json.Unmarshal(line, &ev) != nil {
			stray += string(line)
			continue
		}
		if ev.Action == "build-output" {
			builds[ev.ImportPath] += ev.Output
			continue
		}
		if ev.Package == "" {
			continue
		}
		if reports[ev.Package] == nil {
			reports[ev.Package] = &Report{}
		}
		reports[ev.Package].add(ev, builds)
	}
	for _, r := range reports {
		r.finish()
	}
	return reports, stray, nil
}
