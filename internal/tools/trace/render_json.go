package trace

import (
	"encoding/json"
	"io"
)

// JSON prints one trace as an object, several (or none) as a list.
func JSON(w io.Writer, traces []Trace) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if len(traces) == 1 {
		return encoder.Encode(traces[0])
	}
	return encoder.Encode(traces)
}
