package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	request "kubepath/chapters/01-request"
	"kubepath/internal/tools/trace"
)

// traceCommand runs a command against a server of its own and shows every request that the command made.
func (f *traceFlags) traceCommand(c *cobra.Command, command []string) error {
	if len(command) == 0 {
		return usageError{errors.New("-- stands before nothing"), "kubepath trace -- kubectl get pods"}
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	var o options
	flush, err := f.exportTo(c.Context(), &o)
	if err != nil {
		return err
	}
	o.keepTraces = 10_000
	var traces []trace.Trace
	var ended error // how the command ended
	err = withServer(c.Context(), o, func(a *apiServer, url string) error {
		if ended, err = f.execute(c, url, path, command[1:]); err != nil {
			return err
		}
		waiting, cancel := context.WithTimeout(c.Context(), settle)
		defer cancel()
		a.recorder.WaitAll(waiting)
		traces = a.recorder.Last(0)
		return flush()
	})
	if err != nil {
		return err
	}
	return errors.Join(f.show(c, traces), ended)
}

// execute runs the command with a kubeconfig for the server. ended is how the command ended; err is what kept it from
// running.
func (f *traceFlags) execute(c *cobra.Command, url, path string, args []string) (ended, err error) {
	folder, err := os.MkdirTemp("", "kubepath-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	kubeconfig := filepath.Join(folder, "kubeconfig")
	if err := request.WriteKubeconfig(kubeconfig, &request.Config{Host: url, DefaultNamespace: f.namespace}); err != nil {
		return nil, err
	}
	command := exec.CommandContext(c.Context(), path, args...)
	// A cache of the discovery documents from an earlier server would hide requests.
	command.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig, "KUBECACHEDIR="+filepath.Join(folder, "cache"))
	command.Stdin, command.Stdout, command.Stderr = c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()
	if f.output != "tree" {
		command.Stdout = c.ErrOrStderr() // standard output is for the trace
	}
	err = command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exitError{max(exit.ExitCode(), 1)}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", path, err)
	}
	return nil, nil
}
