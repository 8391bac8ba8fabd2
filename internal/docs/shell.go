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
const mark = "\x1e"

// ran is what came of a page's commands.
type ran struct {
	outputs []string // of those that began
	err     error    // how the last one of those failed
}

// shell runs commands one after the other in one bash, in a folder of their own, and keeps apart what each one prints.
// The first failure ends it.
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
	work, home := filepath.Join(folder, "work"), filepath.Join(folder, "home")
	for _, made := range []string{work, home, filepath.Join(folder, "tmp")} {
		if err := os.Mkdir(made, 0o755); err != nil {
			return nil, err
		}
	}
	output, err := os.Create(filepath.Join(folder, "output"))
	if err != nil {
		return nil, err
	}
	defer output.Close()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	bash := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-e", "-c", script(commands))
	bash.Dir, bash.Stdout, bash.Stderr = work, output, output
	bash.Env = append(environment, "HOME="+home, "TMPDIR="+filepath.Join(folder, "tmp"), "PWD="+work,
		"NO_COLOR=1", "COLUMNS=80", "TERM=dumb", "LC_ALL=C.UTF-8", "TZ=UTC")
	bash.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	bash.Cancel = func() error { return syscall.Kill(-bash.Process.Pid, syscall.SIGKILL) }
	failed := bash.Run()
	if bash.Process != nil {
		_ = syscall.Kill(-bash.Process.Pid, syscall.SIGKILL) // what a command left in the background
	}
	if ctx.Err() != nil {
		failed = errors.Join(failed, fmt.Errorf("the page's commands took longer than %v", limit))
	}
	text, err := os.ReadFile(output.Name())
	if err != nil {
		return nil, err
	}
	said := strings.NewReplacer(folder+"/work", "/tmp/page", folder+"/home", "/home/you", folder, "/tmp", root, "/kubepath")
	return &ran{strings.Split(said.Replace(string(text)), mark)[1:], failed}, nil
}

// script writes a mark before each command.
func script(commands []string) string {
	var text strings.Builder
	for _, command := range commands {
		fmt.Fprintf(&text, "printf '\\036'\n%s\n", command)
	}
	return text.String()
}
