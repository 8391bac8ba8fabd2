package atlas

import (
	"fmt"
	"io"
	"strings"
)

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
