package docs

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"kubepath/internal/tools/symbols"
)

// Course is all pages with what they are checked against.
type Course struct {
	Index    *symbols.Index
	Upstream *symbols.Upstream
	Tools    *Tools

	packages []string // whose symbols the pages name
	missed   sync.Map // modules that could not be had: error text
	helps    sync.Map // command: func() (string, error)
}

// Open is the course of the checkout at root; "": where the command runs.
func Open(root string) (*Course, error) {
	index, err := symbols.Open(root)
	if err != nil {
		return nil, err
	}
	upstream, err := symbols.OpenUpstream(index.Root())
	if err != nil {
		return nil, err
	}
	tools, err := NewTools(index.Root())
	if err != nil {
		return nil, err
	}
	return &Course{Index: index, Upstream: upstream, Tools: tools, packages: ourPackages(index.Root())}, nil
}

// offline notes a module that could not be had.
func (c *Course) offline(err error) { c.missed.Store(err.Error(), true) }

// Missed tells which modules could not be had on this machine, so that symbols in them were not looked up.
func (c *Course) Missed() []string {
	var all []string
	c.missed.Range(func(text, _ any) bool {
		all = append(all, text.(string))
		return true
	})
	slices.Sort(all)
	return all
}

// Close removes what the course built.
func (c *Course) Close() error { return c.Tools.Close() }

// Files are the pages: README.md and docs/*.md.
func (c *Course) Files() ([]string, error) {
	found, err := filepath.Glob(filepath.Join(c.Index.Root(), "docs", "*.md"))
	files := []string{"README.md"}
	for _, file := range found {
		files = append(files, path.Join("docs", filepath.Base(file)))
	}
	slices.Sort(files)
	return files, err
}

// Page reads a page.
func (c *Course) Page(file string) (*Page, error) {
	text, err := os.ReadFile(c.Index.Path(file))
	if err != nil {
		return nil, err
	}
	return ParsePage(file, string(text))
}

// Check compares a page with all that it speaks of. The page's blocks are up to date afterwards; the file is as it was.
func (c *Course) Check(p *Page) []Finding {
	var findings []Finding
	for _, check := range []func(*Page) []Finding{c.form, c.code, c.console, c.costs, c.diagrams, c.links, c.names, c.commandsNamed} {
		findings = append(findings, check(p)...)
	}
	slices.SortStableFunc(findings, func(a, b Finding) int { return a.Line - b.Line })
	return findings
}

// Refresh checks a page and writes it, if anything in it could be mended. It returns what it mended and what it could not.
func (c *Course) Refresh(file string) (mended, left []Finding, err error) {
	p, err := c.Page(file)
	if err != nil {
		return nil, nil, err
	}
	before := p.Text()
	for _, f := range c.Check(p) {
		if f.Mended {
			mended = append(mended, f)
		} else {
			left = append(left, f)
		}
	}
	if p.Text() == before {
		return mended, left, nil
	}
	now, err := os.ReadFile(c.Index.Path(file))
	if err == nil && string(now) != before {
		err = errors.New(file + " was changed meanwhile: it is left as it is; run scripts/docs again")
	}
	if err != nil {
		return nil, left, err
	}
	return mended, left, os.WriteFile(c.Index.Path(file), []byte(p.Text()), 0o644)
}
