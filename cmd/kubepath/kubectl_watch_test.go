package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"kubepath/internal/tools/kubectltest"
)

// TestWhatKubectlWatches has the real kubectl get -w, wait and rollout status, against one server. Each script works in a
// namespace of its own, $NS. A script plays the controllers too: it writes the status that one would write.
func TestWhatKubectlWatches(t *testing.T) {
	t.Parallel()
	kubectl, kubeconfig := kubectltest.Binary(t), filepath.Join(t.TempDir(), "kubeconfig")
	serve(t, "--write-kubeconfig", kubeconfig)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/watch",
		Setup: func(e *testscript.Env) error {
			e.Setenv("KUBECTL", kubectl)
			e.Setenv("KUBECONFIG", kubeconfig)
			e.Setenv("HOME", e.WorkDir)
			e.Values[running{}] = map[string]*beside{}
			return nil
		},
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"start": start, "sees": sees, "stop": stop},
	})
}

// beside is a command that a script has started: what it prints is waited for.
type beside struct {
	*exec.Cmd
	lines *bufio.Reader
}

type running struct{}

func backgrounds(ts *testscript.TestScript) map[string]*beside {
	return ts.Value(running{}).(map[string]*beside)
}

// start NAME COMMAND...: runs it beside the script.
func start(ts *testscript.TestScript, _ bool, args []string) {
	command := exec.Command(args[1], args[2:]...)
	for _, name := range []string{"KUBECONFIG", "HOME", "PATH"} {
		command.Env = append(command.Env, name+"="+ts.Getenv(name))
	}
	out, err := command.StdoutPipe()
	ts.Check(err)
	command.Stderr = command.Stdout
	ts.Check(command.Start())
	ts.Defer(func() { command.Process.Kill(); command.Wait() })
	backgrounds(ts)[args[0]] = &beside{command, bufio.NewReader(out)}
}

// sees NAME PATTERN: waits until it prints a line that matches.
func sees(ts *testscript.TestScript, _ bool, args []string) {
	wanted := regexp.MustCompile(args[1])
	defer time.AfterFunc(time.Minute, func() { backgrounds(ts)[args[0]].Process.Kill() }).Stop() // in vain
	for {
		line, err := backgrounds(ts)[args[0]].lines.ReadString('\n')
		line = strings.TrimRight(line, "\n")
		ts.Logf("%s: %s", args[0], line)
		if wanted.MatchString(line) {
			return
		}
		if err != nil {
			ts.Fatalf("%s ended without a line that matches %s", args[0], args[1])
		}
	}
}

// stop NAME: interrupts it, and reads what is left.
func stop(ts *testscript.TestScript, _ bool, args []string) {
	b := backgrounds(ts)[args[0]]
	ts.Check(b.Process.Signal(os.Interrupt))
	io.Copy(io.Discard, b.lines)
}

// A server that is told to end ends 500 watches cleanly, and then itself.
func TestSIGTERMEndsWatchesCleanly(t *testing.T) {
	t.Parallel()
	p := serve(t)
	var streams sync.WaitGroup
	for range 500 {
		answer, err := http.Get(p.url + "/api/v1/namespaces/default/configmaps?watch=true")
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatal(answer, err)
		}
		streams.Go(func() {
			defer answer.Body.Close()
			if _, err := io.Copy(io.Discard, answer.Body); err != nil {
				t.Errorf("a watch ended with %v", err)
			}
		})
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	streams.Wait()
	if err := p.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}
