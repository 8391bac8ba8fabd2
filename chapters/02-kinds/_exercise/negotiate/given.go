package exercise

import (
	"mime"
	"strconv"
	"strings"
)

// MediaTypeOptions is one way to write the answer.
type MediaTypeOptions struct {
	MediaType string            // one of the offers
	Params    map[string]string // of the clause that asked for it, without q; may be empty
}

// clause is one piece of an Accept header.
type clause struct {
	Type, SubType string // either may be *
	Weight        float64
	Params        map[string]string // without q
}

// parse reads what stands between two commas; false if it is no media type.
func parse(text string) (clause, bool) {
	if strings.TrimSpace(text) == "*" {
		text = "*/*"
	}
	mediaType, params, err := mime.ParseMediaType(text)
	kind, sub, found := strings.Cut(mediaType, "/")
	if err != nil || !found {
		return clause{}, false
	}
	c := clause{Type: kind, SubType: sub, Weight: 1, Params: params}
	if q, ok := params["q"]; ok {
		c.Weight, _ = strconv.ParseFloat(q, 64)
		delete(params, "q")
	}
	return c, true
}
