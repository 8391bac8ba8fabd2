package symbols

import (
	"encoding/json"
	"fmt"
	"os/exec"
)

// download returns the folder of a module in the module cache, and downloads the module if it is not there. The go.sum
// beside the go.mod in folder is what it is checked against.
func download(folder string, m Module) (string, error) {
	command := exec.Command("go", "mod", "download", "-json", m.Path+"@"+m.Version)
	command.Dir = folder
	output, failed := command.Output() // on failure too, it says why in JSON
	var answer struct{ Dir, Error string }
	if err := json.Unmarshal(output, &answer); err != nil {
		answer.Error = fmt.Sprint("go mod download: ", failed)
	}
	if answer.Error != "" || answer.Dir == "" {
		return "", fmt.Errorf("%s %s: %w: %s", m.Path, m.Version, ErrUnavailable, answer.Error)
	}
	return answer.Dir, nil
}
