package exercise

import (
	watch "kubepath/chapters/09-watch"
	"kubepath/internal/tools/exercise"
)

// stream is called through a variable, where it is not inlined: so a trace finds your function by its name.
var stream = Stream

// Plug has every watch of the server answered by your function.
func Plug() exercise.Plug { return exercise.Plug{Verbs: watch.Config{Stream: stream}.Verbs()} }
