package racetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"
)

// Suite plays scripts, each on a world of its own.
type Suite struct {
	Name    string // what a script calls the suite in "only NAME"
	Scripts string // a pattern of file names
	// Open makes a new world and returns what actors can do in it.
	Open func(t *testing.T) []Command
	// Without are layers that this world does not have: their rows are left out of the comparison.
	Without []string
	Update  bool // write the traces; only for a suite with all layers
	// Clock plays each script on a clock of its own (testing/synctest). The world must have no network and leave no goroutine.
	Clock bool
}

// Command is what an actor can do: a row of a table.
type Command struct {
	Name    string
	NoActor bool     // the line begins with the command
	Options []string // names of arguments that are no fields
	Fields  bool     // other arguments are fields of the object
	// Run does it. An error means that the script is wrong; what the story is about, errors too, are rows.
	Run func(ctx context.Context, a *Actor, line Line) error
}

func find(commands []Command, name string) *Command {
	i := slices.IndexFunc(commands, func(c Command) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &commands[i]
}

// continues is the command of an actor that has stopped.
const continues = "continue"

// Run plays every script, as a subtest that runs in parallel with the others.
func (s Suite) Run(t *testing.T) {
	t.Helper()
	paths, err := filepath.Glob(s.Scripts)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts %s: %v", s.Scripts, err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if only := onlySuite(archive); only != "" && only != s.Name {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			if s.Clock {
				synctest.Test(t, func(t *testing.T) { s.play(t, path, archive) })
				return
			}
			s.play(t, path, archive)
		})
	}
}

// onlySuite is the name in "only NAME".
func onlySuite(archive *txtar.Archive) string {
	for line := range strings.Lines(string(archive.Comment)) {
		if words := strings.Fields(line); len(words) == 2 && words[0] == "only" {
			return words[1]
		}
	}
	return ""
}

func (s Suite) play(t *testing.T, path string, archive *txtar.Archive) {
	if len(archive.Files) == 0 {
		archive.Files = []txtar.File{{Name: "trace"}}
	}
	trace := &archive.Files[len(archive.Files)-1]
	if trace.Name != "trace" {
		t.Fatalf("%s: the last section is %s, want trace", path, trace.Name)
	}
	commands := append(s.Open(t), Command{Name: continues})
	script, err := parse(string(archive.Comment), commands)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	story := &story{commands: commands, shown: script.shown, actors: map[string]*Actor{}, clock: s.Clock}
	err = story.tell(t.Context(), script)
	got := story.text()
	was, is := s.rows(string(trace.Data)), s.rows(got)
	if err != nil {
		t.Fatalf("%s:%v\n%s", path, err, difference(was, is))
	}
	if s.Update {
		trace.Data = []byte(got)
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !slices.Equal(was, is) {
		t.Errorf("the story of %s goes another way (-update writes it anew):\n%s", path, difference(was, is))
	}
}

// rows are the rows of a trace without the layers that this suite does not have.
func (s Suite) rows(trace string) []string {
	return slices.DeleteFunc(strings.Split(trace, "\n"), func(row string) bool {
		words := strings.Fields(row)
		return len(words) > 1 && slices.Contains(s.Without, words[1])
	})
}

// story is a script under way.
type story struct {
	commands []Command
	shown    []string
	actors   map[string]*Actor
	clock    bool // see Suite

	mu   sync.Mutex
	rows []row
}

// row is an event of the story. Where the actor is the empty one, it is the command.
type row struct{ actor, layer, text string }

// patience is how long a step may take: a step that takes longer waits for something that does not come.
const patience = 30 * time.Second

// patience of a step on a clock of its own, whose time passes when all actors wait.
const patienceOnClock = time.Hour

// tell plays the lines. Its error begins with the line's number.
func (s *story) tell(ctx context.Context, script *script) error {
	ctx, end := context.WithCancel(ctx)
	defer s.end()
	defer end()
	for _, line := range script.lines {
		name := line.Actor
		if name == "" {
			name = line.Command
		}
		if s.actors[name] == nil {
			s.actors[name] = newActor(name, s)
		}
		if err := s.actors[name].step(ctx, line); err != nil {
			return fmt.Errorf("%d: %w", line.Number, err)
		}
		if s.clock {
			synctest.Wait() // actors that waited for this step have gone on
		}
	}
	for _, a := range s.actors {
		if a.busy {
			return fmt.Errorf("%d: the script ends, and %s has not gone on", script.lines[len(script.lines)-1].Number, a.Name)
		}
	}
	return nil
}

// end waits for actors that a script has left.
func (s *story) end() {
	for _, a := range s.actors {
		a.end()
	}
}

// text is the trace.
func (s *story) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	actor, layer := 0, 0
	for _, r := range s.rows {
		actor, layer = max(actor, len(r.actor)), max(layer, len(r.layer))
	}
	var text strings.Builder
	for _, r := range s.rows {
		row := fmt.Sprintf("%-*s  %-*s  %s", actor, r.actor, layer, r.layer, r.text)
		text.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	return text.String()
}

// difference shows both traces, with as many rows in common as can be: - is on record, + is what happened.
func difference(was, is []string) string {
	common := make([][]int, len(was)+1) // rows in common from was[i:] and is[j:]
	common[len(was)] = make([]int, len(is)+1)
	for i := len(was) - 1; i >= 0; i-- {
		common[i] = make([]int, len(is)+1)
		for j := len(is) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if was[i] == is[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var text strings.Builder
	for i, j := 0, 0; i < len(was) || j < len(is); {
		switch {
		case i < len(was) && j < len(is) && was[i] == is[j]:
			text.WriteString("    " + was[i] + "\n")
			i, j = i+1, j+1
		case j == len(is) || i < len(was) && common[i+1][j] >= common[i][j+1]:
			text.WriteString("  - " + was[i] + "\n")
			i++
		default:
			text.WriteString("  + " + is[j] + "\n")
			j++
		}
	}
	return text.String()
}

// errNotStopped is for a script that continues an actor who has not stopped.
var errNotStopped = errors.New("has not stopped, so there is nothing to continue")
