package exercise

import (
	openapi "kubepath/chapters/11-openapi"
	"kubepath/internal/tools/exercise"
)

var _ openapi.Describer = Describe

// Plug has the server describe itself with your Describe.
func Plug() exercise.Plug { return exercise.Plug{Describe: Describe} }
