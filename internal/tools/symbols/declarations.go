package symbols

import (
	"go/ast"
	"go/parser"
	"go/token"
)

// source is one parsed file.
type source struct {
	name    string // as in Symbol.File
	text    []byte
	set     *token.FileSet
	syntax  *ast.File
	symbols []Symbol
	embeds  map[string][]string // type: types embedded in it, from the same package
}

// parse reads all declarations of a file.
func parse(name string, text []byte) (*source, error) {
	s := &source{name: name, text: text, set: token.NewFileSet(), embeds: map[string][]string{}}
	var err error
	if s.syntax, err = parser.ParseFile(s.set, name, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	for _, declared := range s.syntax.Decls {
		switch d := declared.(type) {
		case *ast.FuncDecl:
			s.function(d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				s.spec(d, spec)
			}
		}
	}
	return s, nil
}

func (s *source) function(d *ast.FuncDecl) {
	name, kind := d.Name.Name, Func
	if d.Recv != nil && len(d.Recv.List) == 1 {
		name, kind = typeName(d.Recv.List[0].Type)+"."+name, Method
	}
	s.add(name, kind, d.Doc, d)
}

// spec adds a type, or the names of one line of a const or var declaration. The text of a name that is declared in a
// group is the group's: it is one thought. Its line is its own.
func (s *source) spec(d *ast.GenDecl, spec ast.Spec) {
	switch t := spec.(type) {
	case *ast.TypeSpec:
		if d.Lparen.IsValid() {
			s.add(t.Name.Name, Type, t.Doc, t)
		} else {
			s.add(t.Name.Name, Type, d.Doc, d)
		}
		s.members(t)
	case *ast.ValueSpec:
		for _, name := range t.Names {
			s.add(name.Name, Kind(d.Tok.String()), d.Doc, d)
			s.symbols[len(s.symbols)-1].Line = s.line(name.Pos())
		}
	}
}

// members adds the fields of a struct and the methods of an interface.
func (s *source) members(t *ast.TypeSpec) {
	var list *ast.FieldList
	kind := Field
	switch of := t.Type.(type) {
	case *ast.StructType:
		list = of.Fields
	case *ast.InterfaceType:
		list, kind = of.Methods, Method
	case *ast.Ident: // type A B: A has B's fields
		s.embeds[t.Name.Name] = append(s.embeds[t.Name.Name], of.Name)
	}
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			s.add(t.Name.Name+"."+name.Name, kind, field.Doc, field)
		}
		if len(field.Names) > 0 {
			continue
		}
		if _, foreign := field.Type.(*ast.SelectorExpr); !foreign {
			s.embeds[t.Name.Name] = append(s.embeds[t.Name.Name], typeName(field.Type))
		}
		s.add(t.Name.Name+"."+typeName(field.Type), Field, field.Doc, field)
	}
}

func (s *source) add(name string, kind Kind, doc *ast.CommentGroup, at ast.Node) {
	start := at.Pos()
	if d, ok := at.(*ast.FuncDecl); ok {
		start = d.Type.Func
	}
	symbol := Symbol{
		Package: s.syntax.Name.Name, Name: name, Kind: kind, File: s.name,
		Code: s.cut(start, at.End()), Line: s.line(start), EndLine: s.line(at.End()),
	}
	symbol.DocLine = symbol.Line
	if doc != nil {
		symbol.Doc, symbol.DocLine = s.cut(doc.Pos(), start), s.line(doc.Pos())
	}
	s.symbols = append(s.symbols, symbol)
}

func (s *source) cut(from, to token.Pos) string {
	return string(s.text[s.set.Position(from).Offset:s.set.Position(to).Offset])
}

func (s *source) line(at token.Pos) int { return s.set.Position(at).Line }

// typeName is the name of a type as a receiver or an embedded field gives it: *store[T] and pkg.store are both store.
func typeName(of ast.Expr) string {
	switch t := of.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return typeName(t.X)
	case *ast.ParenExpr:
		return typeName(t.X)
	case *ast.IndexExpr:
		return typeName(t.X)
	case *ast.IndexListExpr:
		return typeName(t.X)
	case *ast.SelectorExpr:
		return t.Sel.Name
	}
	return ""
}
