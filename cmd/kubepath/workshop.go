package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"kubepath/internal/tools/workshop"
)

func newWorkshop() *cobra.Command {
	c := &cobra.Command{
		Use:   "workshop",
		Short: "Write pieces of the layers yourself: the exercises",
		Example: `  kubepath workshop            the exercises, and how far you are
  kubepath workshop start 7    the task of exercise 7
  kubepath workshop watch      check at each save
  kubepath workshop hint       a hint, of three`,
		Args: usage(noWorkshopWord),
		RunE: inWorkshop(func(c *cobra.Command, s *workshop.Session, _ string) error { return s.List() }),
	}
	c.AddCommand(
		&cobra.Command{Use: "list", Short: "The exercises, and how far you are", Args: usage(cobra.NoArgs), RunE: c.RunE},
		&cobra.Command{Use: "start ID", Short: "Begin an exercise: its task, and the file to edit", Args: usage(cobra.ExactArgs(1)),
			RunE: onExercise(func(_ *cobra.Command, s *workshop.Session, e *workshop.Exercise) error { return s.Start(e) })},
		&cobra.Command{Use: "check [ID]", Short: "Run the tests of an exercise", Args: usage(cobra.MaximumNArgs(1)),
			RunE: onExercise(func(c *cobra.Command, s *workshop.Session, e *workshop.Exercise) error {
				return s.Check(c.Context(), e)
			})},
		&cobra.Command{Use: "watch [ID]", Short: "Run the tests at each save", Args: usage(cobra.MaximumNArgs(1)), RunE: onExercise(watch)},
		newHint(),
		&cobra.Command{Use: "reset [ID]", Short: "Begin anew: the stub again, and a copy of your text kept", Args: usage(cobra.MaximumNArgs(1)),
			RunE: onExercise(func(_ *cobra.Command, s *workshop.Session, e *workshop.Exercise) error { return s.Reset(e) })},
		newSolution(),
	)
	return c
}

func noWorkshopWord(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unknown command %q", args[0])
	}
	return nil
}

func newHint() *cobra.Command {
	var level int
	c := &cobra.Command{Use: "hint [ID]", Short: "The next hint", Args: usage(cobra.MaximumNArgs(1))}
	c.Flags().IntVar(&level, "level", 0, "this level, 1 to 3 (default: the next)")
	c.RunE = onExercise(func(c *cobra.Command, s *workshop.Session, e *workshop.Exercise) error {
		if c.Flags().Changed("level") && level == 0 {
			level = -1 // asked for, and there is none
		}
		return s.Hint(e, level)
	})
	return c
}

func newSolution() *cobra.Command {
	var show bool
	c := &cobra.Command{Use: "solution [ID]", Short: "The solution, and why it is done so upstream", Args: usage(cobra.MaximumNArgs(1))}
	c.Flags().BoolVar(&show, "show", false, "also before your own passes; the exercise then counts as assisted")
	c.RunE = onExercise(func(_ *cobra.Command, s *workshop.Session, e *workshop.Exercise) error { return s.Solution(e, show) })
	return c
}

// inWorkshop opens the workshop of the checkout around the working folder.
func inWorkshop(do func(c *cobra.Command, s *workshop.Session, id string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		s, err := openWorkshop(c.OutOrStdout())
		if err != nil {
			return err
		}
		return advise(do(c, s, append(args, "")[0]))
	}
}

func openWorkshop(out io.Writer) (*workshop.Session, error) {
	folder, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	t := terminal(out, 0)
	s, err := workshop.Open(folder, workshop.Screen{Out: out, Width: t.Width, Color: t.Color, Links: t.Links})
	return s, advise(err)
}

// onExercise is inWorkshop for what is about one exercise: the one named, or the current one.
func onExercise(do func(*cobra.Command, *workshop.Session, *workshop.Exercise) error) func(*cobra.Command, []string) error {
	return inWorkshop(func(c *cobra.Command, s *workshop.Session, id string) error {
		e, err := s.Pick(id)
		if err != nil {
			return err
		}
		return do(c, s, e)
	})
}

func watch(c *cobra.Command, s *workshop.Session, e *workshop.Exercise) error {
	ctx, stop := context.WithCancel(c.Context())
	defer stop()
	keys, screen, restore := workshop.Keys(ctx, c.InOrStdin(), c.OutOrStdout())
	defer restore()
	clear := s.Screen.Color || s.Screen.Links // a terminal
	s.Screen.Out = screen
	return s.Watch(ctx, e, keys, clear)
}

// advise adds the exit status or a hint to what the workshop refuses.
func advise(err error) error {
	switch {
	case errors.Is(err, workshop.ErrNotPassed):
		return exitError{1}
	case errors.Is(err, workshop.ErrNoCheckout):
		return hintError{err, "the exercises are edited in the sources: git clone them, cd there, and try again"}
	case errors.Is(err, workshop.ErrUnknown), errors.Is(err, workshop.ErrNoneBegun):
		return usageError{err, "kubepath workshop lists the exercises, kubepath workshop start ID begins one"}
	case errors.Is(err, workshop.ErrNoLevel):
		return usageError{err, "the levels are 1, 2 and 3"}
	case errors.Is(err, workshop.ErrNotYet):
		return hintError{err, "--show shows it all the same, and marks the exercise as assisted"}
	}
	return err
}
