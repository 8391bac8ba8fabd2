package docs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// limit is how long the commands of a page may take together.
const limit = 3 * time.Minute

// mark separates the outputs of commands; no command prints it.
const mark = "\x1ekubepath\x1e"

// ran is what came of a page's commands.
type ran struct {
	outputs []string // of those that began
	err     error    // how the last one of those failed
}

// shell runs commands one after the other in one bash, in an empty folder of their own, and keeps apart what each one
// prints, to both of its outputs. The first failure ends it.
func (t *Tools) shell(root string, commands []string) (*ran, error) {
	environment, err := t.prepare()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(t.folder, "page-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	for _, name := range []string{"work", "home", "tmp"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o755); err != nil {
			return nil, err
		}
	}
	text, failed, err := bash(folder, environment, script(commands))
	if err != nil {
		return nil, err
	}
	// The places of this run and this machine have names that are the same everywhere.
	names := strings.NewReplacer(folder+"/work", "/tmp/page", folder+"/home", "/home/you", folder, "/tmp", root, "/kubepath")
	return &ran{strings.Split(names.Replace(text), mark)[1:], failed}, nil
}

// script writes a mark before each command.
func script(commands []string) string {
	var text strings.Builder
	for _, command := range commands {
		fmt.Fprintf(&text, "printf '\\036kubepath\\036'\n%s\n", command)
	}
	return text.String()
}

// bash runs a script and ends all that it leaves running. failed is how the script ended.
func bash(folder string, environment []string, script string) (printed string, failed, err error) {
	output, err := os.Create(filepath.Join(folder, "output"))
	if err != nil {
		return "", nil, err
	}
	defer output.Close()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	work := filepath.Join(folder, "work")
	command := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-e", "-c", script)
	command.Dir, command.Stdout, command.Stderr = work, output, output
	command.Env = append(environment[:len(environment):len(environment)], "PWD="+work, "HOME="+filepath.Join(folder, "home"),
		"TMPDIR="+filepath.Join(folder, "tmp"), "NO_COLOR=1", "COLUMNS=80", "TERM=dumb", "LC_ALL=C.UTF-8", "TZ=UTC")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	killAll := func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.Cancel = killAll
	failed = command.Run()
	if command.Process != nil {
		_ = killAll() // what went on in the background; mostly nothing
	}
	if ctx.Err() != nil {
		failed = errors.Join(failed, fmt.Errorf("the page's commands took longer than %v", limit))
	}
	text, err := os.ReadFile(output.Name())
	return string(text), failed, err
}
