package main

import (
	"io"

	"github.com/spf13/cobra"

	"kubepath/docs"
	"kubepath/internal/read"
)

func newRead() *cobra.Command {
	var width int
	var style string
	c := &cobra.Command{
		Use: "read [PAGE]",
		RunE: func(c *cobra.Command, args []string) error {
			book, err := read.Open(docs.Files)
			if err != nil {
				return err
			}
			page := book.Contents()
			if len(args) > 0 {
				if page, err = book.Find(args[0]); err != nil {
					return err
				}
			}
			look := read.Look{Width: width, Style: read.Style(style), Whole: true, Book: book}
			doc, err := read.Render(page, look)
			if err != nil {
				return err
			}
			_, err = io.WriteString(c.OutOrStdout(), doc.Text())
			return err
		},
	}
	c.Flags().IntVar(&width, "width", 80, "")
	c.Flags().StringVar(&style, "style", "none", "")
	return c
}
