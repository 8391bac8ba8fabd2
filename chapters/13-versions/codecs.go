package versions

import (
	kinds "kubepath/chapters/02-kinds"
)

// Install makes codecs those of a server: what they decode is complete and in its hub version, and they write it in
// every version that it has. The codecs of clients stay as they are; codecs that have a table of versions already keep it.
func Install(c *kinds.Codecs) {
	if c.Converter != nil {
		return
	}
	RegisterDefaults(c.Scheme)
	addFieldNames(c.Scheme)
	c.Converter = NewConverter(c.Scheme)
}

// NewCodecs are the codecs of a server that knows every kind.
func NewCodecs() *kinds.Codecs {
	c := kinds.NewCodecs(kinds.NewScheme())
	Install(c)
	return c
}
