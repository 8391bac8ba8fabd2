// Command refresh writes what is made from the map and from the code: implements.json, docs/upstream.md and
// docs/implements.md. scripts/docs calls it.
package main

import (
	"fmt"
	"os"

	"kubepath/internal/tools/atlas/survey"
	"kubepath/internal/tools/symbols"
)

func main() {
	if err := refresh(); err != nil {
		fmt.Fprintln(os.Stderr, "map:", err)
		os.Exit(1)
	}
}

func refresh() error {
	index, err := symbols.Open("")
	if err != nil {
		return err
	}
	files, err := survey.Files(index)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Behind() {
			fmt.Println("mended", f.Name)
			if err := os.WriteFile(index.Path(f.Name), f.Text, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
