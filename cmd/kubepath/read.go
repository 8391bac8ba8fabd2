package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kubepath/docs"
	"kubepath/internal/tools/pager"
	"kubepath/internal/tools/read"
)

// readFlags say which page is shown, and how.
type readFlags struct {
	find, style   string
	width         int
	next, prev    bool
	withoutPager  bool
	book          *read.Book
	look          read.Look
	toTerminal    bool
	terminalWidth int
}

func newRead() *cobra.Command {
	var f readFlags
	c := &cobra.Command{
		Use:   "read [PAGE]",
		Short: "Read the chapters' texts",
		Long: `Read the chapters' texts; without a page, see which there are.

On a terminal a page opens in a pager: space and b move, n and p turn to the next and the previous page, c shows the
contents, / finds, q ends. PAGER names another one. Elsewhere the page is printed, without colours. Prose is at most 100
columns wide, which reads better than longer lines.`,
		Example: `  kubepath read               the contents
  kubepath read 7             the page of chapter 7; also: read etcd3
  kubepath read 7 --next      the page after it
  kubepath read --find GVK    where a word stands in the pages
  kubepath read 7 | less      plain text`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args) },
	}
	flags := c.Flags()
	flags.StringVar(&f.find, "find", "", "show each line that has the word, of all pages or of the one named")
	flags.BoolVar(&f.next, "next", false, "the page after the one named, or after the one last read")
	flags.BoolVar(&f.prev, "prev", false, "the page before it")
	flags.StringVar(&f.style, "style", "auto", "auto, dark, light or none")
	flags.IntVar(&f.width, "width", 0, fmt.Sprintf("columns, %d to %d (default: the terminal's, or 80)", read.MinWidth, read.MaxWidth))
	flags.BoolVar(&f.withoutPager, "no-pager", false, "print the page, on a terminal too")
	return c
}

func (f *readFlags) run(c *cobra.Command, args []string) error {
	if f.next && f.prev {
		return usageError{errors.New("--next and --prev lead two ways"), "either of them"}
	}
	if f.width != 0 && (f.width < read.MinWidth || f.width > read.MaxWidth) {
		return usageError{fmt.Errorf("a width of %d columns", f.width), fmt.Sprintf("%d to %d columns", read.MinWidth, read.MaxWidth)}
	}
	var err error
	if f.book, err = read.Open(docs.Files); err != nil {
		return err
	}
	if err := f.setLook(c); err != nil {
		return err
	}
	page, err := f.choose(args)
	if err != nil {
		return usageError{err, "kubepath read lists the pages"}
	}
	if c.Flags().Changed("find") {
		return f.search(c.OutOrStdout(), page)
	}
	if page == nil {
		contents := f.book.Contents()
		page = &contents
	}
	return f.show(c, *page)
}

// choose is the page that the words name, or nil.
func (f *readFlags) choose(args []string) (*read.Page, error) {
	if len(args) == 0 && !f.next && !f.prev {
		return nil, nil
	}
	var page read.Page
	named := len(args) > 0
	if named {
		var err error
		if page, err = f.book.Find(args[0]); err != nil {
			return nil, err
		}
	} else if last, ok := lastRead(f.book); ok {
		page, named = last, true
	}
	if !f.next && !f.prev {
		return &page, nil
	}
	before, after := f.book.Around(page)
	switch {
	case !named && f.next && len(f.book.Pages()) > 0:
		return &f.book.Pages()[0], nil
	case !named:
		return nil, errors.New("no page was read before")
	case f.next && after == nil:
		return nil, fmt.Errorf("%s is the last page", page.Arg())
	case f.prev && before == nil:
		return nil, fmt.Errorf("%s is the first page", page.Arg())
	case f.next:
		return after, nil
	}
	return before, nil
}

// setLook finds out what the output can show.
func (f *readFlags) setLook(c *cobra.Command) error {
	file, ok := c.OutOrStdout().(*os.File)
	f.toTerminal = ok && term.IsTerminal(int(file.Fd()))
	if f.toTerminal {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil {
			f.terminalWidth = columns
		}
	}
	f.look = read.Look{Width: cmp.Or(f.width, f.terminalWidth, 80), Whole: !f.toTerminal, Book: f.book}
	f.look.Links = f.toTerminal && os.Getenv("TERM") != "dumb"
	if f.look.Links {
		f.look.Where = openSources()
	}
	switch style := read.Style(f.style); style {
	case read.Dark, read.Light, read.None:
		f.look.Style = style
	case "auto":
		f.look.Style = read.None
		if f.toTerminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" {
			f.look.Style = background(c.InOrStdin(), file)
		}
	default:
		return usageError{fmt.Errorf("unknown style %q", f.style), "one of auto, dark, light, none"}
	}
	return nil
}

// background asks the terminal for its colour.
func background(in io.Reader, out *os.File) read.Style {
	keyboard, ok := in.(*os.File)
	if ok && term.IsTerminal(int(keyboard.Fd())) && pager.Light(keyboard, out) {
		return read.Light
	}
	return read.Dark
}

// show pages or prints a page.
func (f *readFlags) show(c *cobra.Command, page read.Page) error {
	out := c.OutOrStdout()
	if f.toTerminal && !f.withoutPager {
		if command := os.Getenv("PAGER"); command != "" {
			return f.showIn(c, command, page)
		}
		in, ok := c.InOrStdin().(*os.File)
		if ok && term.IsTerminal(int(in.Fd())) && f.look.Links {
			shelf := &pager.Shelf{Book: f.book, Look: f.look, Width: f.width, Opened: remember}
			if err := shelf.Show(c.Context(), in, out.(*os.File), page); !errors.Is(err, errors.ErrUnsupported) {
				return err
			}
		}
	}
	return f.print(out, page)
}

// showIn hands the page to the reader's own pager.
func (f *readFlags) showIn(c *cobra.Command, command string, page read.Page) error {
	f.look.Links = false // not every pager lets them through
	var text strings.Builder
	if err := f.print(&text, page); err != nil {
		return err
	}
	run := exec.CommandContext(c.Context(), "sh", "-c", command)
	run.Stdin, run.Stdout, run.Stderr = strings.NewReader(text.String()), c.OutOrStdout(), c.ErrOrStderr()
	run.Env = os.Environ()
	if _, set := os.LookupEnv("LESS"); !set {
		run.Env = append(run.Env, "LESS=-R") // colours are to be shown, not spelled
	}
	if err := run.Run(); err != nil {
		return fmt.Errorf("the pager %q: %w", command, err)
	}
	return nil
}

func (f *readFlags) print(out io.Writer, page read.Page) error {
	doc, err := read.Render(page, f.look)
	if err != nil {
		return err
	}
	if f.toTerminal {
		remember(page)
	}
	doc.Lines = append(doc.Lines, f.book.Footer(page, f.look)...)
	_, err = io.WriteString(out, doc.Text())
	return err
}
