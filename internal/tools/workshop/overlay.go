package workshop

import (
	"encoding/json"
	"os"
)

// Overlay says which file the go command reads in place of another; both are paths on this machine. See go help build,
// -overlay.
type Overlay map[string]string

// Write puts the overlay into a file for the go command.
func (o Overlay) Write(path string) error {
	text, err := json.Marshal(map[string]Overlay{"Replace": o})
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}
