package exercise

import (
	rest "kubepath/chapters/04-rest"
	"kubepath/internal/exercise"
)

// Plug puts your row into the table of verbs, in the place of the project's own.
func Plug() exercise.Plug { return exercise.Plug{Verbs: []rest.Verb{Row()}} }
