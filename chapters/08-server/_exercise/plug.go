package exercise

import "kubepath/internal/tools/exercise"

// Few enough to be exceeded by hand, and enough for kubectl, which comes back when it is refused.
const (
	readOnly = 3
	mutating = 1
)

// limit is called through a variable, where it is not inlined: so a trace finds your function by its name.
var limit = LimitInFlight

// Plug puts your filter at the inner end of the chain, next to the API.
func Plug() exercise.Plug { return exercise.Plug{Filter: limit(readOnly, mutating)} }
