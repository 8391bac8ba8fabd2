// Command kubepath serves the Kubernetes API, traces requests through it, and shows its chapters.
//
// A command is a file. Serving: serve.go, apiserver.go (how the chapters become a server), serve_storage.go (etcd, and the
// watch cache), feature_gates.go, version.go. Tracing: trace.go, call.go (the words that a request is made from), trace_call.go,
// trace_patch.go, trace_watch.go, trace_command.go. The book: run.go, read.go, read_find.go, map.go. The exercises: workshop.go,
// exercise.go, exercise_plug.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the whole command: 0 for success, 1 for a failure, 2 for words that it does not understand, and the status of the
// command that trace runs, where that failed.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := untilInterrupted()
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var exit exitError
	if errors.As(err, &exit) {
		return exit.status
	}
	fmt.Fprintf(stderr, "kubepath: %s\n", oneLine(err))
	var usage usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(stderr, "hint: %s\n", usage.hint)
		return 2
	}
	var hinted hintError
	if errors.As(err, &hinted) {
		fmt.Fprintf(stderr, "hint: %s\n", hinted.hint)
	}
	return 1
}

// untilInterrupted ends with the first SIGINT or SIGTERM. A second one ends the process at once, with status 1.
//
// Upstream: server.SetupSignalContext.
func untilInterrupted() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	stopped := make(chan struct{})
	go func() {
		for _, do := range []func(){cancel, func() { os.Exit(1) }} {
			select {
			case <-signals:
				do()
			case <-stopped:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(stopped)
		cancel()
	}
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// usageError is a wrong word on the command line.
type usageError struct {
	error
	hint string
}

// hintError is a failure with advice.
type hintError struct {
	error
	hint string
}

func (e usageError) Unwrap() error { return e.error }
func (e hintError) Unwrap() error  { return e.error }

// exitError ends with another command's status; that command has said why.
type exitError struct{ status int }

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", e.status) }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "kubepath",
		Short:         "The path of a Kubernetes API request, from the client's call to the key in etcd",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: usage(func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q", args[0])
			}
			return nil
		}),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{err, fmt.Sprintf("%s --help lists the flags", c.CommandPath())}
	})
	root.AddCommand(newTrace(), newServe(), newRun(), newChapters(), newVersion(), newWorkshop(), newRead(), newMap())
	return root
}

// usage makes the errors of an argument check usage errors.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usageError{err, fmt.Sprintf("%s --help shows what it takes", c.CommandPath())}
		}
		return nil
	}
}
