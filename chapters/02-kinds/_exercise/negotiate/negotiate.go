package exercise

import "kubepath/internal/tools/exercise"

// Negotiate returns the best form that the client accepts, of those that the server offers and that can be had.
func Negotiate(header string, offers []string, can func(MediaTypeOptions) bool) (MediaTypeOptions, error) {
	// TODO(you): the clauses of the header, best first; for each, the first offer that fits and that can be had.
	return MediaTypeOptions{}, exercise.ErrTODO
}
