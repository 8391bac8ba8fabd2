package exercise

import (
	rest "kubepath/chapters/04-rest"
)

const (
	longestName  = 63 // a DNS label
	randomLength = 5
	mostAttempts = 8
)

// Namer stands before the Create of a resource and names objects that have only a generateName.
type Namer struct {
	rest.Creater // the resource's

	// Random returns n characters, others each time.
	Random func(n int) string
}

var _ rest.Creater = Namer{}
