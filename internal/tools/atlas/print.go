package atlas

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Print prints the table, a line for each row, in three columns.
func Print(w io.Writer, rows []Row, s Screen) error {
	p := newPrinter(s)
	concept, here := p.columns(rows)
	rest := p.Width - concept - here - 4
	p.line("%s", p.paint(fit("concept", concept)+"  "+fit("here", here)+"  Kubernetes", dim))
	chapter := 0
	for _, row := range rows {
		if row.Chapter != chapter {
			chapter = row.Chapter
			p.line("\n%s", p.paint(row.heading(), bold))
		}
		upstream := row.short()
		if long := strings.TrimPrefix(row.Upstream, "k8s.io/"); len(long) <= rest && p.Width >= 110 {
			upstream = long
		}
		p.line("%s  %s  %s", fit(row.Concept, concept), p.symbol(row, here), strings.TrimRight(fit(upstream, rest), " "))
	}
	p.line("")
	renamed, ours := Renamed(rows)
	p.prose("", fmt.Sprintf("%d concepts; of the %d that stand here, %d have another name than in Kubernetes.", len(rows), ours, renamed), dim)
	p.prose("", "kubepath map WORD tells more about those that have the word; "+
		"kubepath map --implements INTERFACE tells which types implement it.", dim)
	return p.flush(w)
}

// heading is the row's chapter: 7 etcd3.
func (r Row) heading() string { return fmt.Sprintf("%d %s", r.Chapter, ChapterName(r.Chapter)) }

// columns are the widths of the first two columns: what the rows need, but no more than a third of the screen.
func (p *printer) columns(rows []Row) (concept, here int) {
	for _, row := range rows {
		concept, here = max(concept, len(row.Concept)), max(here, len(row.Here))
	}
	third := (p.Width - 4) / 3
	return min(concept, third+1), min(here, third)
}

// symbol is our symbol, or why there is none.
func (p *printer) symbol(row Row, width int) string {
	switch {
	case row.Here != "":
		return p.paint(fit(row.Here, width), cyan)
	case row.Imported:
		return p.paint(fit("(imported)", width), dim)
	case row.Unplanned:
		return p.paint(fit("(not here)", width), dim)
	}
	return p.paint(fit("(to come)", width), dim)
}

// PrintFound prints all about the rows that were found.
func PrintFound(w io.Writer, found Found, s Screen) error {
	p := newPrinter(s)
	for i, row := range found.Rows {
		if i > 0 {
			p.line("")
		}
		p.details(row)
	}
	if len(found.Mention) > 0 {
		p.line("")
		p.prose("mentioned in: ", strings.Join(concepts(found.Mention), ", "), dim)
	}
	return p.flush(w)
}

func concepts(rows []Row) []string {
	var all []string
	for _, row := range rows {
		all = append(all, row.Concept)
	}
	return slices.Compact(all)
}

// details is all of a row, on about six lines.
func (p *printer) details(row Row) {
	chapter := "chapter " + row.heading()
	gap := max(p.Width-len(row.Concept)-len(chapter), 2)
	p.line("%s%s%s", p.paint(row.Concept, bold), strings.Repeat(" ", gap), p.paint(chapter, dim))
	p.prose("  ", row.Is, "")
	p.here(row)
	p.prose("  upstream  ", row.Upstream, "")
	p.prose("  more      ", row.More, "")
	if row.Also != "" {
		p.prose("  also      ", row.Also, dim)
	}
}

// here is our symbol and its place, on one line if it has room for both.
func (p *printer) here(row Row) {
	const mark = "  here      "
	switch {
	case row.Imported:
		p.prose(mark, "the same: it belongs to the vocabulary, which we import", dim)
		return
	case row.Unplanned:
		p.prose(mark, "nothing: this project does without it", dim)
		return
	case row.Here == "":
		p.prose(mark, fmt.Sprintf("nothing yet; it comes with chapter %d", row.Chapter), dim)
		return
	}
	place := ""
	if p.Index != nil {
		if found, err := p.Index.Find(row.Here); err == nil {
			place = p.place(found.File, found.Name)
		}
	}
	here := strings.TrimRight(fit(row.Here, min(len(row.Here), p.Width-len(mark))), " ")
	p.pair(mark+p.paint(here, cyan), len(mark)+width(here), place, width(place))
}

// few interfaces are printed with their methods; of more, each is told in a few lines.
const few = 3

// PrintInterfaces prints the interfaces that were found among all: contracts and what implements them. Types that are a
// rest.Storage are printed with what they can do, where that is asked.
func PrintInterfaces(w io.Writer, found, all []Interface, s Screen) error {
	p := newPrinter(s)
	for n, i := range found {
		if n > 0 {
			p.line("")
		}
		p.contract(i)
		if len(found) <= few {
			p.methods(i)
		}
		if len(i.By) == 0 {
			p.line("  no type of ours implements it")
		}
		for _, t := range i.By {
			p.implementer(t)
			if i.Name == storageInterface && len(found) <= few {
				p.prose("    can: ", strings.Join(Capabilities(all, t.Name), ", "), dim)
			}
		}
	}
	return p.flush(w)
}

func (p *printer) contract(i Interface) {
	where := i.Package
	if i.File != "" {
		where = p.place(i.File, i.bare())
	}
	p.pair(p.paint(i.Name, bold), len(i.Name), where, width(where))
	p.prose("  ", i.Contract, "")
}

func (p *printer) methods(i Interface) {
	for _, part := range i.Of {
		p.prose("  + ", part, dim)
	}
	for _, method := range i.Methods {
		p.prose("  . ", method, dim)
	}
}

func (p *printer) implementer(t Type) {
	place := p.place(t.File, t.bare())
	p.pair("  "+p.paint(t.spelled(), cyan), 2+len(t.spelled()), place, width(place))
	if t.Pin != nil {
		p.prose("    ", t.pinned(), dim)
	}
}

// pair prints two texts at both edges, or below each other where they have no room beside each other.
func (p *printer) pair(left string, leftWidth int, right string, rightWidth int) {
	if gap := p.Width - leftWidth - rightWidth; gap > 1 {
		p.line("%s%s%s", left, strings.Repeat(" ", gap), right)
		return
	}
	p.line("%s", left)
	p.line("%s%s", strings.Repeat(" ", max(p.Width-rightWidth, 0)), right)
}

// width is the columns of a text that may be a link.
func width(text string) int {
	if _, after, ok := strings.Cut(text, "\x1b\\"); ok && strings.HasPrefix(text, "\x1b]8;;") {
		shown, _, _ := strings.Cut(after, "\x1b")
		return len(shown)
	}
	return len(text)
}

// bare is the type's name without the package.
func (t Type) bare() string { _, name, _ := strings.Cut(t.Name, "."); return name }

// spelled is the type as Go names it: *registry.Store.
func (t Type) spelled() string {
	if t.Pointer {
		return "*" + t.Name
	}
	return t.Name
}

// pinned is the declaration that holds the type to the interface.
func (t Type) pinned() string {
	value := t.bare() + "{}"
	if t.Pointer {
		value = "(*" + t.bare() + ")(nil)"
	}
	return fmt.Sprintf("var _ %s = %s", t.Pin.Interface, value)
}
