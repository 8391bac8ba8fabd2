package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"kubepath/chapters"
)

func newChapters() *cobra.Command {
	return &cobra.Command{
		Use:   "chapters",
		Short: "List the chapters",
		Args:  usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, chapter := range chapters.All() {
				fmt.Fprintf(w, "%d\t%s\t%s\n", chapter.Number, chapter.Package, chapter.Title)
			}
			return w.Flush()
		},
	}
}
