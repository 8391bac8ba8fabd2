package workshop_test

import (
	"testing"

	"kubepath/internal/tools/workshop"
)

// The rest of what an exercise promises is proved by scripts/exercises, which runs it.
func TestTheExercisesAreWhole(t *testing.T) {
	t.Parallel()
	checkout, err := workshop.FindCheckout(".")
	if err != nil {
		t.Fatal(err)
	}
	exercises, err := checkout.Exercises()
	if err != nil {
		t.Error(err)
	}
	progress, _, err := checkout.LoadProgress()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exercises {
		_, begun := progress.Exercises[e.ID]
		for _, wrong := range e.Audit(begun) {
			t.Errorf("exercise %s (%s): %s", e.ID, e.Folder, wrong)
		}
	}
}
