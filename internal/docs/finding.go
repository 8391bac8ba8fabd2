package docs

import "fmt"

// Finding is a place where a page does not say what is so.
type Finding struct {
	File    string
	Line    int
	Problem string
	// Mended by scripts/docs: the page needs no thought.
	Mended bool
}

// String names the place, the problem and what mends it.
func (f Finding) String() string {
	mend := "mend it by hand, then run scripts/docs"
	if f.Mended {
		mend = "run scripts/docs, which mends it, and read what changed"
	}
	return fmt.Sprintf("%s:%d: %s (%s)", f.File, f.Line, f.Problem, mend)
}
