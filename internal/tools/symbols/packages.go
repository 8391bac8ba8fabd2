package symbols

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// declared is all symbols of a package, or of one file of it.
type declared struct {
	byName map[string][]Symbol // several where files for different platforms declare the same
	embeds map[string][]string
}

func declaredIn(sources ...*source) *declared {
	d := &declared{byName: map[string][]Symbol{}, embeds: map[string][]string{}}
	for _, s := range sources {
		for _, symbol := range s.symbols {
			d.byName[symbol.Name] = append(d.byName[symbol.Name], symbol)
		}
		for name, types := range s.embeds {
			d.embeds[name] = append(d.embeds[name], types...)
		}
	}
	return d
}

// find returns a symbol, also where a type has a member only by embedding.
func (d *declared) find(name string) (Symbol, bool) {
	name, kind := plain(name)
	for _, symbol := range d.byName[name] {
		if kind == "" || kind == symbol.Kind {
			return symbol, true
		}
	}
	typ, member, ok := strings.Cut(name, ".")
	if !ok {
		return Symbol{}, false
	}
	return d.promoted(typ, member, nil)
}

// promoted looks in what is embedded, and ends at types that it has seen.
func (d *declared) promoted(typ, member string, seen []string) (Symbol, bool) {
	for _, embedded := range d.embeds[typ] {
		if slices.Contains(seen, embedded) {
			continue
		}
		if found := d.byName[embedded+"."+member]; len(found) > 0 {
			return found[0], true
		}
		if found, ok := d.promoted(embedded, member, append(seen, typ)); ok {
			return found, true
		}
	}
	return Symbol{}, false
}

// missing says that a symbol is not there, and names one that differs only in its case or its type, if there is one.
func (d *declared) missing(where, name string) error {
	name, _ = plain(name)
	last := name[strings.LastIndex(name, ".")+1:]
	var near []string
	for known := range d.byName {
		if strings.EqualFold(known, name) || strings.HasSuffix(known, "."+last) || known == last {
			near = append(near, known)
		}
	}
	if len(near) == 0 {
		return fmt.Errorf("%s declares no %s", where, name)
	}
	slices.Sort(near)
	return fmt.Errorf("%s declares no %s; it has %s", where, name, strings.Join(near[:min(len(near), 5)], ", "))
}

// ErrNoCheckout is what Root returns to a command that runs outside of the project's sources.
var ErrNoCheckout = errors.New("the sources of kubepath are neither here nor in a folder above")

// Root finds the folder of the project's sources: the nearest one above the working directory, else the one that this
// program was built from.
func Root() (string, error) {
	if here, err := os.Getwd(); err == nil {
		if root, ok := above(here); ok {
			return root, nil
		}
	}
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		if root, ok := above(filepath.Dir(file)); ok {
			return root, nil
		}
	}
	return "", ErrNoCheckout
}

// above walks up to the folder whose go.mod names this project.
func above(folder string) (string, bool) {
	for {
		text, err := os.ReadFile(filepath.Join(folder, "go.mod"))
		if err == nil && isOurs(string(text)) {
			return folder, true
		}
		up := filepath.Dir(folder)
		if up == folder {
			return "", false
		}
		folder = up
	}
}

func isOurs(module string) bool {
	for line := range strings.Lines(module) {
		if strings.TrimSpace(line) == "module kubepath" {
			return true
		}
	}
	return false
}

// Symbol is a declaration and where it stands. Lines count from 1.
type Symbol struct {
	Package string // the package's name: etcd3
	Name    string // in the package: Store, Store.Create, ErrExists
	Kind    Kind
	File    string // project sources: from the checkout's root, with slashes; others: the whole path
	Doc     string // the doc comment's lines as they stand, each with its line end; "" where there is none
	Code    string // the declaration as it stands, without the last line end
	DocLine int    // of the doc comment; Line where there is none
	Line    int    // of the declaration; of the name itself in a group of constants or variables
	EndLine int
}

// Text is the declaration with its doc comment, as it stands in the source.
func (s Symbol) Text() string { return s.Doc + s.Code }

// Qualified is the symbol as texts name it: registry.Store.Create.
func (s Symbol) Qualified() string { return s.Package + "." + s.Name }

// Kind tells what a symbol is.
type Kind string

// The kinds of symbol.
const (
	Func   Kind = "func"
	Method Kind = "method" // of a type, or in an interface
	Type   Kind = "type"
	Const  Kind = "const"
	Var    Kind = "var"
	Field  Kind = "field" // of a struct
)

// plain is a symbol's name without the keyword that may stand before it, and the kind that the keyword asks for.
func plain(name string) (string, Kind) {
	for _, kind := range []Kind{Func, Type, Const, Var} {
		if rest, ok := strings.CutPrefix(name, string(kind)+" "); ok {
			return rest, kind
		}
	}
	return name, ""
}
