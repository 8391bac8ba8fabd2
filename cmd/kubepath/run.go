package main

import (
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
