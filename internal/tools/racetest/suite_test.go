package racetest

import (
	"context"
	"strings"
	"testing"
)

// played is the trace of a script of one command, and the error that it ended with.
func played(t *testing.T, text string) (trace string, err error) {
	t.Helper()
	commands := []Command{
		{Name: "walk", Options: []string{"far"}, Fields: true, Run: func(ctx context.Context, a *Actor, line Line) error {
			a.Row("road", "%s sets out for %s", a.Name, line.What())
			a.Reach(ctx, "bridge")
			a.Row("road", "%s arrives", a.Name)
			return nil
		}},
		{Name: continues},
	}
	script, err := parse(text, commands)
	if err != nil {
		return "", err
	}
	s := &story{commands: commands, shown: script.shown, actors: map[string]*Actor{}}
	err = s.tell(t.Context(), script)
	return s.text(), err
}

func TestAnActorStopsAtAPointAndGoesOn(t *testing.T) {
	t.Parallel()
	got, err := played(t, "# two walkers\nann walk pods/a far until bridge # waits\nbo walk pods/b image=v1\nann continue\n")
	want := `ann  road   ann sets out for pods/a far
ann  pause  before bridge
bo   road   bo sets out for pods/b image=v1
bo   road   bo arrives
ann  road   ann arrives
`
	if err != nil || got != want {
		t.Errorf("error %v, trace\n%s", err, got)
	}
}

func TestAScriptThatIsWrongSaysWhere(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ claim, script, want string }{
		{"a command that does not exist", "ann swim", "line 1: want ACTOR COMMAND"},
		{"an actor without a command", "# a story\nann", "line 2: ann does nothing"},
		{"an argument that is no option and no field", "ann walk pods/a fast", "walk takes no fast"},
		{"a point that the actor never comes to", "ann walk pods/a until tunnel", "1: ann has ended and never came to tunnel"},
		{"an actor who goes on and has not stopped", "ann continue", "1: ann has not stopped"},
		{"an actor who begins anew and has stopped", "ann walk pods/a until bridge\nann walk pods/b", "2: ann has stopped: it must continue first"},
		{"an actor who is left at a point", "ann walk pods/a until bridge", "1: the script ends, and ann has not gone on"},
	} {
		t.Run(row.claim, func(t *testing.T) {
			t.Parallel()
			if _, err := played(t, row.script); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

func TestADifferenceShowsWhatIsGoneAndWhatIsNew(t *testing.T) {
	t.Parallel()
	got := difference([]string{"a", "b", "c"}, []string{"a", "x", "c", "d"})
	if want := "    a\n  - b\n  + x\n    c\n  + d\n"; got != want {
		t.Errorf("got\n%s", got)
	}
}
