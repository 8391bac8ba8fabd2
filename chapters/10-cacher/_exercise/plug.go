package exercise

import (
	cacher "kubepath/chapters/10-cacher"
	"kubepath/internal/exercise"
)

var _ cacher.History = (*Window)(nil)

// Plug puts your Window into each of the server's caches.
func Plug() exercise.Plug {
	return exercise.Plug{History: func(least int) cacher.History { return &Window{Size: least} }}
}
