package versions

import (
	kinds "kubepath/chapters/02-kinds"
)

// Install makes codecs those of a server: what they decode is complete. The codecs of clients stay as they are.
func Install(c *kinds.Codecs) {
	Register(c.Scheme)
}

// NewCodecs are the codecs of a server that knows every kind.
func NewCodecs() *kinds.Codecs {
	c := kinds.NewCodecs(kinds.NewScheme())
	Install(c)
	return c
}
