package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"kubepath/chapters"
	"kubepath/internal/demo"
)

func newRun() *cobra.Command {
	var serve bool
	c := &cobra.Command{
		Use:   "run CHAPTER",
		Short: "Run a chapter: what its layer does, shown on real input",
		Example: `  kubepath run 7           the storage of chapter 7, against a real etcd
  kubepath run 8 --serve   keep the server of chapter 8 up`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			chapter, err := chapters.Find(args[0])
			if err != nil {
				return usageError{err, "kubepath chapters lists them"}
			}
			return chapter.Demo(c.Context(), &demo.Stage{Out: c.OutOrStdout(), Serve: serve})
		},
	}
	c.Flags().BoolVar(&serve, "serve", false, "keep what the chapter shows up, until interrupted")
	return c
}

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
