package exercise

import "kubepath/internal/tools/exercise"

// Name is the name of one object.
func (c *Chain) Name(name string) *Chain {
	// TODO(you): three mistakes, or one piece more.
	return c
}

// Path is where the request goes, or the chain's first mistake.
func (c *Chain) Path() (string, error) {
	// TODO(you): the first mistake; else the pieces, joined.
	return "", exercise.ErrTODO
}
