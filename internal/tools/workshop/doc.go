// Package workshop is what runs the exercises: kubepath workshop, and the command that is built on a learner's code.
//
// In: the folders chapters/NN-name/_exercise, each with an exercise.yaml, in the checkout that the learner works in. Out:
// what to write, what a test expected and why, which misconception a failure points to, and how far the learner has come.
//
// The learner's text is theirs. Nothing here writes to it but Reset, which keeps a copy first, and Start where the file is
// missing. How far the learner has come stands in .kubepath/workshop.json in the checkout, and nowhere else.
//
// Read exercise.go, gotest.go and report.go (a test run and what is said of it), progress.go, then session.go and the files
// named for what a learner can ask: list.go, start.go, check.go, watch.go (with changes.go, which sees edits, and screen.go),
// hint.go (also the solution), reset.go. build.go builds the command on an exercise. audit.go says what is wrong with an
// exercise; internal/tools/workshop/prove proves the rest.
package workshop
