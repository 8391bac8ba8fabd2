package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"kubepath/internal/tools/workshop"
)

// exerciseFlag names the exercise whose code the server runs on.
const exerciseFlag = "with-exercise"

func addExerciseFlag(flags *pflag.FlagSet) {
	flags.String(exerciseFlag, "", "build the server on your code of an exercise, and run that: 7, 7b (see kubepath workshop)")
}

// withExercise builds this command on the exercise that the flag names, and becomes it: signals and the exit status are
// its own. asked is false where the flag is not set; then nothing happens.
func withExercise(c *cobra.Command) (asked bool, err error) {
	id, err := c.Flags().GetString(exerciseFlag)
	if err != nil || !c.Flags().Changed(exerciseFlag) {
		return false, err
	}
	s, err := openWorkshop(c.ErrOrStderr())
	if err != nil {
		return true, err
	}
	e, err := workshop.Find(s.Exercises, id)
	if err != nil {
		return true, advise(err)
	}
	if e.Plug == workshop.NoPlug {
		return true, usageError{fmt.Errorf("exercise %s is not on a server's path", id), "kubepath workshop check " + id + " runs its tests"}
	}
	program, words, err := e.Build(c.Context())
	if errors.Is(err, workshop.ErrNotCompiled) {
		fmt.Fprintf(c.ErrOrStderr(), "%s\n%s\n", e.EditPath(), words)
		return true, hintError{fmt.Errorf("exercise %s does not compile", id), "kubepath workshop check " + id + " says so too"}
	}
	if err != nil {
		return true, err
	}
	fmt.Fprintf(c.ErrOrStderr(), "built on exercise %s: %s\n", id, e.EditPath())
	return true, syscall.Exec(program, append([]string{os.Args[0]}, withoutExercise(os.Args[1:])...), os.Environ())
}

// withoutExercise leaves the flag out of the words before --.
func withoutExercise(args []string) []string {
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	var kept []string
	for i := 0; i < end; i++ {
		switch {
		case args[i] == "--"+exerciseFlag:
			i++ // its value
		case strings.HasPrefix(args[i], "--"+exerciseFlag+"="):
		default:
			kept = append(kept, args[i])
		}
	}
	return append(kept, args[end:]...)
}
