package exercise

import (
	openapi "kubepath/chapters/11-openapi"
	"kubepath/internal/tools/exercise"
)

var _ openapi.SchemaFunc = SchemaOf

// Plug has the server describe itself with your SchemaOf.
func Plug() exercise.Plug { return exercise.Plug{SchemaOf: SchemaOf} }
