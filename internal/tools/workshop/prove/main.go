// Command prove proves the exercises: each stub fails exactly the tests that it says, each solution passes all of them, also
// under the race detector and in the finished command, and each mutant fails exactly the tests that it says. It is
// scripts/exercises. Read proof.go, round.go, command.go.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"kubepath/internal/tools/workshop"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, ".", os.Args[1:], os.Stdout))
}

// run proves the exercises of the checkout around a folder, those named or all: 0 if they hold, 1 if not, 2 for an id that does not exist.
func run(ctx context.Context, folder string, ids []string, out io.Writer) int {
	checkout, err := workshop.FindCheckout(folder)
	if err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	exercises, err := checkout.Exercises()
	if err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	if len(ids) > 0 {
		chosen := make([]*workshop.Exercise, len(ids))
		for i, id := range ids {
			if chosen[i], err = workshop.Find(exercises, id); err != nil {
				fmt.Fprintln(out, err)
				return 2
			}
		}
		exercises = chosen
	}
	p := newProof(checkout, exercises)
	if err := p.prove(ctx, out); err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	return p.report(out)
}
