package main

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// constants is a declaration of some, with what is needed to understand it.
type constants struct {
	*ast.GenDecl
	path    string            // of the package
	imports map[string]string // import paths, by their names in the file
}

func newConstants(path string, file *ast.File, decl *ast.GenDecl) constants {
	c := constants{decl, path, map[string]string{}}
	for _, i := range file.Imports {
		imported, _ := strconv.Unquote(i.Path.Value)
		name := imported[strings.LastIndex(imported, "/")+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		c.imports[name] = imported
	}
	return c
}

// addConstants gives each enum the values that are declared for it, and remembers the text of every string constant.
func (s *sources) addConstants(types map[string]*entry, c constants) {
	for _, one := range c.Specs {
		spec := one.(*ast.ValueSpec)
		kind, expr := typed(spec)
		text, ok := s.text(c, expr)
		if !ok {
			continue
		}
		name := spec.Names[0].Name
		s.texts[c.path+"."+name] = text
		if e := types[kind]; e != nil && e.enum {
			doc := spec.Doc
			if doc == nil && !c.Lparen.IsValid() {
				doc = c.Doc
			}
			e.addValue(value{constant: name, text: text, comment: meaning(doc, name)})
		}
	}
}

// typed is a constant's type, by its name in the package, and its value: of X T = "x", and of X = T("x").
func typed(spec *ast.ValueSpec) (kind string, value ast.Expr) {
	if len(spec.Values) != 1 {
		return "", nil
	}
	value = spec.Values[0]
	if name, ok := spec.Type.(*ast.Ident); ok {
		return name.Name, value
	}
	if call, ok := value.(*ast.CallExpr); ok && len(call.Args) == 1 {
		if name, ok := call.Fun.(*ast.Ident); ok {
			return name.Name, call.Args[0]
		}
	}
	return "", value
}

// text is a string that is spelt out, or another package's constant.
func (s *sources) text(c constants, expr ast.Expr) (string, bool) {
	switch e := expr.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.SelectorExpr:
		if from, ok := e.X.(*ast.Ident); ok {
			text, known := s.texts[c.imports[from.Name]+"."+e.Sel.Name]
			return text, known
		}
	}
	return "", false
}

// addValue adds a value, or the longer of two comments on one.
func (e *entry) addValue(v value) {
	for i, other := range e.values {
		if other.text == v.text {
			if len(v.comment) > len(other.comment) {
				e.values[i] = v
			}
			return
		}
	}
	e.values = append(e.values, v)
}

// meaning is a constant's comment in one line, without the constant's name in front. Upstream: enumValue.Description.
func meaning(doc *ast.CommentGroup, constant string) string {
	if doc == nil {
		return ""
	}
	text := strings.TrimPrefix(strings.TrimSpace(doc.Text()), constant)
	return strings.Join(strings.Fields(text), " ")
}
