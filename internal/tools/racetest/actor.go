package racetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

// Actor is a client in a story. It does one thing at a time, in a goroutine of its own.
type Actor struct {
	Name  string
	story *story

	busy    bool // a command has begun and not ended
	waiting bool // and waits for what other actors do
	ended   chan error
	stopped chan struct{} // the actor has come to until
	goOn    chan struct{}

	mu    sync.Mutex
	until string

	refusal error // of the caller's function, in the call of the storage under way

	// What the actor remembers of answers, for its next request.
	version string         // of the last list or object: rv=read
	uid     types.UID      // of the last object: uid=read
	token   string         // with which the last list goes on: continue
	read    runtime.Object // the last object; nil: none
	watch   *openWatch     // nil: none
}

// openWatch is a watch that an actor has opened.
type openWatch struct {
	next func() (event watch.Event, open bool) // waits for the next event
	stop func()
}

func newActor(name string, s *story) *Actor {
	return &Actor{Name: name, story: s, ended: make(chan error, 1), stopped: make(chan struct{}), goOn: make(chan struct{})}
}

// actorKey is where a context holds the actor.
type actorKey struct{}

// ActorFrom is the actor that a request comes from; nil: none of the story's.
func ActorFrom(ctx context.Context) *Actor {
	a, _ := ctx.Value(actorKey{}).(*Actor)
	return a
}

// withActor is a context of the actor's requests.
func withActor(ctx context.Context, a *Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// Row adds a row to the trace. A nil actor adds none: it is no part of the story.
func (a *Actor) Row(layer, format string, args ...any) {
	if a == nil {
		return
	}
	a.story.mu.Lock()
	defer a.story.mu.Unlock()
	a.story.rows = append(a.story.rows, row{a.Name, layer, fmt.Sprintf(format, args...)})
}

// Reach is called at a point: where the script says so, the actor stops until the script lets it go on.
func (a *Actor) Reach(ctx context.Context, point string) {
	if a == nil || !a.stopsAt(point) {
		return
	}
	a.Row("pause", "before %s", point)
	select {
	case a.stopped <- struct{}{}:
	case <-ctx.Done():
		return
	}
	select {
	case <-a.goOn:
	case <-ctx.Done():
	}
}

func (a *Actor) stopsAt(point string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.until == point
}

// step begins the line's command, or continues the one before, and returns when it has ended or stopped.
func (a *Actor) step(ctx context.Context, line Line) error {
	a.mu.Lock()
	a.until = line.Until
	a.mu.Unlock()
	switch {
	case line.Command != continues && a.busy:
		return fmt.Errorf("%s has stopped: it must continue first", a.Name)
	case line.Command != continues:
		command := find(a.story.commands, line.Command)
		a.busy = true
		go func() { a.ended <- command.Run(withActor(ctx, a), a, line) }()
	case !a.busy:
		return fmt.Errorf("%s %w", a.Name, errNotStopped)
	case a.waiting:
		a.waiting = false
	default:
		a.goOn <- struct{}{}
	}
	if line.Until == waits {
		return a.wait()
	}
	limit := patience
	if a.story.clock {
		limit = patienceOnClock
	}
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	select {
	case err := <-a.ended:
		a.busy = false
		if err == nil && line.Until != "" {
			err = fmt.Errorf("%s has ended and never came to %s", a.Name, line.Until)
		}
		return err
	case <-a.stopped:
		return nil
	case <-timeout.C:
		return fmt.Errorf("%s neither ends nor stops", a.Name)
	}
}

// waits is the point at which an actor can do nothing before another actor does something.
const waits = "waits"

// wait returns when the actor waits.
func (a *Actor) wait() error {
	if !a.story.clock {
		return fmt.Errorf("until %s needs a suite with a clock", waits)
	}
	synctest.Wait()
	select {
	case err := <-a.ended:
		a.busy = false
		return errors.Join(err, fmt.Errorf("%s has ended and has not waited", a.Name))
	default:
		a.waiting = true
		a.Row("pause", "waits")
		return nil
	}
}

// end waits for the command, whose context has ended, and stops the watch.
func (a *Actor) end() {
	if a.watch != nil {
		a.watch.stop()
	}
	if a.busy {
		<-a.ended
	}
}
