package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kubepath/internal/tools/workshop"
)

// slow is how long the tests of one exercise may take, also on a busy machine.
const slow = 2 * time.Minute

// proof collects what is wrong with each exercise.
type proof struct {
	checkout  workshop.Checkout
	exercises []*workshop.Exercise
	wrong     map[string][]string // by id
	began     time.Time
}

func newProof(c workshop.Checkout, exercises []*workshop.Exercise) *proof {
	return &proof{checkout: c, exercises: exercises, wrong: map[string][]string{}, began: time.Now()}
}

// prove does all rounds. An error is what kept it from going on; what is wrong with an exercise is none.
func (p *proof) prove(ctx context.Context, out io.Writer) error {
	progress, _, err := p.checkout.LoadProgress()
	if err != nil {
		return err
	}
	sound := p.exercises[:0:0]
	for _, e := range p.exercises {
		begun := progress.Exercises[e.ID] != nil
		p.wrong[e.ID] = e.Audit(begun)
		if len(p.wrong[e.ID]) == 0 {
			sound = append(sound, e)
		}
	}
	folder, err := os.MkdirTemp("", "kubepath-prove-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for _, r := range rounds(sound) {
		began := time.Now()
		n, err := p.do(ctx, r, sound, folder)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-15s %2d exercises  %5.1f s\n", r.name, n, time.Since(began).Seconds())
	}
	began := time.Now()
	err = p.command(ctx, sound, folder)
	fmt.Fprintf(out, "%-15s %2d exercises  %5.1f s\n\n", "in the command", len(sound), time.Since(began).Seconds())
	return err
}

// do runs one round over the exercises that it concerns, and returns how many these are.
func (p *proof) do(ctx context.Context, r round, exercises []*workshop.Exercise, folder string) (int, error) {
	overlay, variants := workshop.Overlay{}, map[*workshop.Exercise]variant{}
	path := filepath.Join(folder, "overlay.json")
	run := workshop.TestRun{Checkout: p.checkout, Flags: append(r.flags, "-overlay="+path), Timeout: slow}
	for _, e := range exercises {
		v, ok := r.variant(e)
		if !ok {
			continue
		}
		variants[e] = v
		overlay[e.Abs(e.Edit)] = e.Abs(v.file)
		run.Packages = append(run.Packages, e.Package())
	}
	if len(variants) == 0 {
		return 0, nil
	}
	if err := overlay.Write(path); err != nil {
		return 0, err
	}
	reports, err := run.Do(ctx)
	if err != nil {
		return 0, err
	}
	for e, v := range variants {
		report := reports[e.ImportPath()]
		if report == nil {
			return 0, fmt.Errorf("go test said nothing about %s", e.Package())
		}
		report.Complete(e)
		p.wrong[e.ID] = append(p.wrong[e.ID], under(r, v.differences(report))...)
	}
	return len(variants), nil
}

// under says for the round with the race detector that it was that one.
func under(r round, found []string) []string {
	if r.name == "solution -race" {
		for i := range found {
			found[i] = "with -race, " + found[i]
		}
	}
	return found
}

// report prints a line for each exercise and what is wrong with it, and returns the exit status.
func (p *proof) report(out io.Writer) int {
	failing := 0
	for _, e := range p.exercises {
		if len(p.wrong[e.ID]) == 0 {
			fmt.Fprintf(out, "ok    %-4s %s: stub fails %d, %d mutants refused\n", e.ID, e.Title, len(e.StubFails), len(e.Mutants))
			continue
		}
		failing++
		fmt.Fprintf(out, "WRONG %-4s %s (%s)\n", e.ID, e.Title, e.Folder)
		for _, text := range p.wrong[e.ID] {
			fmt.Fprintf(out, "      - %s\n", strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n          "))
		}
	}
	fmt.Fprintf(out, "\n%d of %d exercises hold, in %.0f s\n", len(p.exercises)-failing, len(p.exercises), time.Since(p.began).Seconds())
	if failing > 0 {
		return 1
	}
	return 0
}
