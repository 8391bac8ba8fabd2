package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"kubepath/internal/tools/atlas"
	"kubepath/internal/tools/symbols"
)

// mapFlags say what of the map is shown, and how.
type mapFlags struct {
	implements, output string
	width              int
}

// everyInterface is the value of --implements where none is given.
const everyInterface = "all"

func newMap() *cobra.Command {
	var f mapFlags
	c := &cobra.Command{
		Use:   "map [WORD ...]",
		Short: "Find a concept here and in Kubernetes, and which types implement an interface",
		Example: `  kubepath map                               every concept, here and upstream
  kubepath map resource version              what has these words, with all details
  kubepath map --implements rest.Storage     which types implement an interface
  kubepath map --implements registry.Store   which interfaces a type implements`,
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args) },
	}
	flags := c.Flags()
	flags.StringVar(&f.implements, "implements", "", "an interface, a type, a package, or nothing for all interfaces")
	flags.Lookup("implements").NoOptDefVal = everyInterface
	flags.StringVarP(&f.output, "output", "o", "text", "text or json")
	flags.IntVar(&f.width, "width", 0, "columns (default: the terminal's, or 80)")
	return c
}

func (f *mapFlags) run(c *cobra.Command, args []string) error {
	if f.output != "text" && f.output != "json" {
		return usageError{fmt.Errorf("unknown output %q", f.output), "text or json"}
	}
	if f.implements != "" {
		return f.showInterfaces(c.OutOrStdout(), args)
	}
	return f.showRows(c.OutOrStdout(), args)
}

// showRows prints the table, or what of it has the words.
func (f *mapFlags) showRows(out io.Writer, words []string) error {
	rows := atlas.Rows()
	if len(words) == 0 {
		if f.output == "json" {
			return printJSON(out, rows)
		}
		return atlas.Print(out, rows, f.screen(out))
	}
	words = strings.Fields(strings.Join(words, " "))
	found := atlas.Find(rows, words...)
	if len(found.Rows) == 0 {
		return hintError{fmt.Errorf("the map has nothing with %q", strings.Join(words, " ")),
			"kubepath map lists the concepts; try a shorter word, or kubepath read --find WORD"}
	}
	if f.output == "json" {
		return printJSON(out, append(found.Rows, found.Mention...))
	}
	return atlas.PrintFound(out, found, f.screen(out))
}

// showInterfaces prints which types implement what. The name stands behind the flag, with = or without.
func (f *mapFlags) showInterfaces(out io.Writer, args []string) error {
	all, err := atlas.Interfaces()
	if err != nil {
		return err
	}
	name := f.implements
	if name == everyInterface && len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if len(args) > 0 {
		return usageError{fmt.Errorf("too many words: %s", strings.Join(args, " ")), "kubepath map --implements NAME, as in rest.Storage"}
	}
	found := all
	if name != everyInterface {
		if found = atlas.FindInterfaces(all, name); len(found) == 0 {
			found = atlas.ImplementedBy(all, name)
		}
	}
	if len(found) == 0 {
		return hintError{fmt.Errorf("no interface and no type that implements one is called %q", name),
			"kubepath map --implements lists all; names are package.Name, as in rest.Getter or registry.Store"}
	}
	if f.output == "json" {
		return printJSON(out, found)
	}
	return atlas.PrintInterfaces(out, found, all, f.screen(out))
}

// screen finds out what out can show, and where the sources are.
func (f *mapFlags) screen(out io.Writer) atlas.Screen {
	t := terminal(out, f.width)
	index, err := symbols.Open("")
	if err != nil {
		index = nil // outside of a checkout: files without lines
	}
	return atlas.Screen{Width: t.Width, Color: t.Color, Links: t.Links, Index: index}
}

func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
