// Command soak looks for what a server loses, repeats or invents: clients write, read and watch one collection while the
// server is killed and stopped again and again, and then the history of what they did and saw is checked.
//
// In: a kubepath to start (over its embedded etcd, or another one), or the URL of any API server. Out: figures, and status 1
// with the offending lines of the history where it contradicts itself. scripts/soak builds kubepath and calls it.
//
// Read history.go, check.go (what must hold), workload.go, client.go, server.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// settings of a run.
type settings struct {
	kubepath, etcdServers string
	server, token         string
	duration, restart     time.Duration
	writers, watchers     int
	seed                  uint64
}

func main() {
	var s settings
	flag.StringVar(&s.kubepath, "kubepath", "", "the command to start as the server")
	flag.StringVar(&s.etcdServers, "etcd-servers", "", "URLs of an etcd for it (default: its embedded one)")
	flag.StringVar(&s.server, "server", "", "URL of an API server that runs, in place of one that is started; it is not restarted")
	flag.StringVar(&s.token, "token", "", "bearer token for -server")
	flag.DurationVar(&s.duration, "duration", 20*time.Second, "for how long to write")
	flag.DurationVar(&s.restart, "restart", 4*time.Second, "time between two restarts, with SIGKILL and SIGTERM by turns; 0: none")
	flag.IntVar(&s.writers, "writers", 4, "clients that write")
	flag.IntVar(&s.watchers, "watchers", 3, "clients that watch")
	flag.Uint64Var(&s.seed, "seed", uint64(time.Now().UnixNano()), "of what the writers choose")
	flag.Parse()
	if (s.kubepath == "") == (s.server == "") || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "soak: one of -kubepath and -server\nhint: soak -h lists the flags")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	found, err := s.run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "soak: %v\n", err)
	}
	if err != nil || found > 0 {
		os.Exit(1)
	}
}

// run soaks a server and prints the verdict. found counts the violations.
func (s settings) run(ctx context.Context, out io.Writer) (found int, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.duration+5*time.Minute)
	defer cancel()
	var own *server
	if s.kubepath != "" {
		folder, err := os.MkdirTemp("", "soak-")
		if err != nil {
			return 0, err
		}
		defer os.RemoveAll(folder)
		if own, err = newServer(s.kubepath, s.etcdServers, folder); err != nil {
			return 0, err
		}
		if err := own.start(); err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, own.stop()) }()
		s.server = own.url()
	}
	w := &workload{writers: s.writers, watchers: s.watchers, seed: s.seed,
		client: newClient(s.server, s.token, fmt.Sprintf("soak-%x", time.Now().UnixNano()))}
	if err := w.ready(ctx); err != nil {
		return 0, err
	}
	h, err := s.soak(ctx, w, own)
	if err != nil {
		return 0, err
	}
	violations := Check(h)
	s.report(out, w, own, h, violations)
	if own == nil {
		err = w.cleanUp(ctx)
	}
	return len(violations), err
}

// soak runs the workload, and restarts the server under it.
func (s settings) soak(ctx context.Context, w *workload, own *server) (History, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	writing, end := context.WithTimeout(ctx, s.duration)
	defer end()
	restarted := make(chan struct{})
	go func() {
		defer close(restarted)
		if own == nil || s.restart == 0 {
			return
		}
		if err := own.restarts(writing, s.restart, func() error { return w.ready(ctx) }); err != nil {
			fail(err)
		}
	}()
	h, err := w.run(ctx, writing)
	<-restarted
	if ctx.Err() != nil {
		return h, context.Cause(ctx)
	}
	return h, err
}

// shownViolations bounds what is printed: one fault often makes many.
const shownViolations = 20

func (s settings) report(out io.Writer, w *workload, own *server, h History, violations []Violation) {
	var outcomes [3]int
	for _, write := range h.Writes {
		outcomes[write.Outcome]++
	}
	events, lists := 0, len(h.Lists)
	for _, step := range slices.Concat(h.Watchers...) {
		switch {
		case step.List != nil:
			lists++
		case step.Event.Type != "BOOKMARK":
			events++
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%v, seed %d: %d writes answered, %d refused, %d without an answer\n", s.duration, s.seed, outcomes[Answered], outcomes[Refused], outcomes[Unknown])
	fmt.Fprintf(&text, "%d events at %d watchers, %d of whose watches were expired; %d reads, %d lists\n", events, s.watchers, w.expired, len(h.Reads), lists)
	if own != nil {
		fmt.Fprintf(&text, "the server was killed %d times and stopped %d times\n", own.kills, own.stops)
	}
	for _, v := range violations[:min(len(violations), shownViolations)] {
		fmt.Fprintln(&text, v)
	}
	fmt.Fprintf(&text, "%d violations\n", len(violations))
	io.WriteString(out, text.String())
}
