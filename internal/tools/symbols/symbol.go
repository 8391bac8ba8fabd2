package symbols

import "strings"

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
