package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kubepath/internal/tools/trace"
)

// traceFlags say what is traced and how it is shown.
type traceFlags struct {
	namespace, file, server, output string
	width, last                     int
	step                            bool
	patch                           patchFlags
	watch                           watchFlags
}

// verbs that trace sends itself.
var verbs = []string{"create", "get", "list", "update", "patch", "delete", "watch"}

// renderers by the name of the output.
var renderers = map[string]func(io.Writer, []trace.Trace, trace.Terminal) error{
	"tree":    trace.Tree,
	"json":    func(w io.Writer, t []trace.Trace, _ trace.Terminal) error { return trace.JSON(w, t) },
	"mermaid": func(w io.Writer, t []trace.Trace, _ trace.Terminal) error { return trace.Mermaid(w, t) },
	"html":    func(w io.Writer, t []trace.Trace, _ trace.Terminal) error { return trace.HTML(w, t) },
}

func newTrace() *cobra.Command {
	var f traceFlags
	c := &cobra.Command{
		Use:   "trace [VERB [RESOURCE [NAME]]] [flags] [-- COMMAND ...]",
		Short: "Follow a request from the client's call to the key in etcd and back",
		Example: `  kubepath trace                             create a Pod
  kubepath trace get deployments             read a list
  kubepath trace update configmap -f a.yaml  replace what the file names
  kubepath trace patch deployment --race     apply a patch; somebody else is faster
  kubepath trace watch                       each change of a Pod on its way back
  kubepath trace -- kubectl apply -f a.yaml  every request that a command makes
  kubepath trace --last                      what a running server answered last`,
		RunE: func(c *cobra.Command, args []string) error {
			if asked, err := withExercise(c); asked || err != nil {
				return err
			}
			return f.run(c, args)
		},
	}
	flags := c.Flags()
	flags.StringVarP(&f.namespace, "namespace", "n", "default", "namespace of the object")
	flags.StringVarP(&f.file, "filename", "f", "", "manifest of the object (YAML or JSON)")
	flags.StringVar(&f.server, "server", "", "URL of a running server, in place of one of its own")
	flags.StringVarP(&f.output, "output", "o", "tree", "tree, json, mermaid, html or otlp (to the collector of OTEL_EXPORTER_OTLP_ENDPOINT)")
	flags.IntVar(&f.width, "width", 0, "columns of the tree (default: the terminal's, or 80)")
	flags.IntVar(&f.last, "last", 0, "show the last N requests of a running server (see --server)")
	flags.Lookup("last").NoOptDefVal = "1"
	flags.BoolVar(&f.step, "step", false, "stop before each hop and ask what will happen")
	f.patch.add(flags)
	f.watch.add(flags)
	addExerciseFlag(flags)
	return c
}

// run tells apart the three things that trace follows: a request of its own, a command's, a running server's last.
func (f *traceFlags) run(c *cobra.Command, args []string) error {
	if f.output != "otlp" && renderers[f.output] == nil {
		return usageError{fmt.Errorf("unknown output %q", f.output), "one of tree, json, mermaid, html, otlp"}
	}
	dash := c.ArgsLenAtDash()
	switch {
	case f.last > 0:
		return f.showLast(c)
	case dash > 0:
		return usageError{fmt.Errorf("%s stands before --", args[0]), "either VERB RESOURCE or -- COMMAND"}
	case dash == 0:
		return f.traceCommand(c, args)
	}
	call, err := f.call(args)
	if err != nil {
		return err
	}
	return f.traceCall(c, call)
}

// call reads [VERB [RESOURCE [NAME]]]: without a verb, it is create; without a resource, a pod, unless a file names it.
func (f *traceFlags) call(args []string) (call, error) {
	if len(args) == 0 {
		args = []string{"create"}
	}
	if len(args) == 1 && f.file == "" {
		args = append(args, "pod")
	}
	switch {
	case !slices.Contains(verbs, args[0]):
		return call{}, usageError{fmt.Errorf("unknown verb %q", args[0]), "one of " + strings.Join(verbs, ", ")}
	case len(args) > 3:
		return call{}, usageError{fmt.Errorf("too many words: %s", strings.Join(args[3:], " ")),
			"kubepath trace VERB RESOURCE [NAME], as in: kubepath trace get pod nginx"}
	}
	made := call{verb: args[0], namespace: f.namespace}
	if len(args) > 2 {
		made.name = args[2]
	}
	if f.file != "" {
		manifest, err := os.ReadFile(f.file)
		if err != nil {
			return call{}, err
		}
		made.manifest = manifest
	}
	if len(args) > 1 {
		made.resource = args[1]
	}
	if err := made.complete(); err != nil || made.verb != "patch" {
		return made, err
	}
	return made, f.patch.complete(&made)
}

// show prints the traces in the form asked for.
func (f *traceFlags) show(c *cobra.Command, traces []trace.Trace) error {
	out := c.OutOrStdout()
	t := terminal(out, f.width)
	if f.step {
		return trace.Step(c.InOrStdin(), out, traces, t)
	}
	if f.output == "otlp" {
		_, err := fmt.Fprintf(out, "sent %d traces to the collector\n", len(traces))
		return err
	}
	return renderers[f.output](out, traces, t)
}

// terminal finds out what out can show: colours and links only on a terminal.
func terminal(out io.Writer, width int) trace.Terminal {
	t := trace.Terminal{Width: width}
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return t
	}
	_, noColor := os.LookupEnv("NO_COLOR")
	t.Color, t.Links = !noColor, os.Getenv("TERM") != "dumb"
	if columns, _, err := term.GetSize(int(file.Fd())); err == nil && width == 0 {
		t.Width = columns
	}
	return t
}

// exportTo sends spans to a collector when the output is otlp.
func (f *traceFlags) exportTo(ctx context.Context, o *options) (flush func() error, err error) {
	if f.output != "otlp" {
		return func() error { return nil }, nil
	}
	return otlp(ctx, o)
}
