package workshop

import (
	"context"
	"errors"
	"fmt"
)

// Watch checks an exercise now and after each save, until ctx ends, the keys end or q is among them. The keys: h a hint,
// c check now, n the next exercise, q quit. clear empties the screen before each result.
func (s *Session) Watch(ctx context.Context, e *Exercise, keys <-chan byte, clear bool) error {
	for e != nil {
		ctx, stop := context.WithCancel(ctx)
		w := &watch{Session: s, exercise: e, clear: clear, keys: keys, results: make(chan result)}
		next, err := w.run(ctx)
		stop()
		if err != nil {
			return err
		}
		e = next
	}
	return nil
}

// watch is the watching of one exercise. At most one run of its tests is under way.
type watch struct {
	*Session
	exercise *Exercise
	clear    bool
	keys     <-chan byte

	results chan result
	cancel  context.CancelFunc // of the run that is under way; nil: none
	again   bool               // what is under way is of an older text
	ending  bool               // the keys have ended: so does the watch, after the run
}

type result struct {
	report *Report
	err    error
}

// run returns the exercise to go on with; nil: none.
func (w *watch) run(ctx context.Context) (next *Exercise, err error) {
	if _, err := w.mark(w.exercise, func(*Mark) {}); err != nil {
		return nil, err
	}
	events, stop := fileEvents(w.exercise.Abs(""))
	defer stop()
	changes := changesOf(ctx, w.exercise.Abs(""), events)
	defer w.abandon()
	w.check(ctx)
	for !w.ending || w.cancel != nil {
		select {
		case <-ctx.Done():
			return nil, nil
		case <-changes:
			w.check(ctx)
		case r := <-w.results:
			if err := w.show(ctx, r); err != nil {
				return nil, err
			}
		case key, ok := <-w.keys:
			next, quit, err := w.key(ctx, key, ok)
			if quit || next != nil || err != nil {
				return next, err
			}
		}
	}
	return nil, nil
}

// check begins a run. One that is under way is ended first, since it is of an older text.
func (w *watch) check(ctx context.Context) {
	if w.cancel != nil {
		w.again = true
		w.cancel()
		return
	}
	ctx, w.cancel = context.WithCancel(ctx)
	w.Screen.line("%s", w.Screen.paint(dim, "checking "+w.exercise.EditPath()+" ..."))
	go func() {
		report, err := w.exercise.Test(ctx)
		w.results <- result{report, err}
	}()
}

// abandon ends the run that is under way and waits for it.
func (w *watch) abandon() {
	if w.cancel != nil {
		w.cancel()
		<-w.results
	}
}

func (w *watch) show(ctx context.Context, r result) error {
	w.cancel()
	w.cancel = nil
	if w.again {
		w.again = false
		w.check(ctx)
		return nil
	}
	if errors.Is(r.err, context.Canceled) {
		return nil
	}
	if w.clear {
		fmt.Fprint(w.Screen.Out, "\x1b[H\x1b[2J\x1b[3J")
	}
	w.heading(w.exercise)
	if r.err != nil { // nothing that a save could not mend: the file may be missing
		w.Screen.code(2, r.err.Error())
	} else if err := w.conclude(w.exercise, r.report); err != nil {
		return err
	}
	w.footer()
	return nil
}

func (w *watch) footer() {
	w.Screen.line("\n%s", w.Screen.paint(dim, "a save checks again; h hint, c check now, n next exercise, q quit"))
}

// key does what a key asks for.
func (w *watch) key(ctx context.Context, key byte, ok bool) (next *Exercise, quit bool, err error) {
	const controlC, controlD = 3, 4
	if !ok {
		w.keys, w.ending = nil, true
		return nil, false, nil
	}
	switch key {
	case 'h':
		err = w.Hint(w.exercise, 0)
	case 'c':
		w.check(ctx)
	case 'n':
		return w.onward()
	case 'q', controlC, controlD:
		quit = true
	}
	return nil, quit, err
}

// onward goes to the next exercise, if there is one.
func (w *watch) onward() (*Exercise, bool, error) {
	next, err := w.next(w.exercise)
	if err != nil {
		return nil, false, err
	}
	if next == nil {
		w.Screen.line("There is no other exercise to do.")
		return nil, false, nil
	}
	return next, false, w.Start(next)
}
