package exercise

import (
	installer "kubepath/chapters/03-installer"
	"kubepath/internal/tools/exercise"
)

// Paths lists the paths at which a verb of a resource is served, without a leading slash. Most verbs have one. Where
// there are two, the one with the namespace, or the shorter one, comes first.
func Paths(r installer.Resource, v installer.Verb) ([]string, error) {
	// TODO(you): build the first path from r and v, then add the second one where there is one.
	return nil, exercise.ErrTODO
}
