package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// entry is what the sources say about one type.
type entry struct {
	name    string // k8s.io/api/core/v1.PodSpec
	comment comment
	fields  []field
	enum    bool
	values  []value
}

type field struct {
	name    string
	comment comment
}

// value is a constant of an enum's type.
type value struct {
	constant, text string
	comment        string
}

// write prints an entry: its name, and what belongs to it on indented lines. An entry without anything is left out.
func (e *entry) write(w io.Writer) {
	var lines []string
	add := func(subject string, c comment) {
		for _, m := range c.markers {
			subject += "\t+" + m
		}
		if c.text != "" {
			subject += "\t" + strconv.Quote(c.text)
		}
		if strings.Contains(subject, "\t") {
			lines = append(lines, subject)
		}
	}
	add(".", e.comment)
	for _, f := range e.fields {
		add("."+f.name, f.comment)
	}
	for _, v := range e.values {
		lines = append(lines, strings.TrimSpace("="+strconv.Quote(v.text)+"\t"+v.comment))
	}
	if len(lines) > 0 {
		fmt.Fprintf(w, "%s\n\t%s\n", e.name, strings.Join(lines, "\n\t"))
	}
}

// readFolder reads a package. path is its import path.
func readFolder(folder, path string) ([]entry, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	types := map[string]*entry{}
	documented := map[string]bool{} // types with a SwaggerDoc method
	var constants []*ast.GenDecl
	for _, name := range files {
		if base := filepath.Base(name); strings.HasSuffix(base, "_test.go") || strings.HasPrefix(base, "zz_") || base == "generated.pb.go" {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				documented[documents(decl)] = true
			case *ast.GenDecl:
				if decl.Tok == token.CONST {
					constants = append(constants, decl)
				}
				addTypes(types, decl, path)
			}
		}
	}
	texts := addConstants(types, constants)
	var all []entry
	for name, e := range types {
		if documented[name] || e.enum {
			e.silence()
		}
		e.resolve(texts)
		all = append(all, *e)
	}
	return all, nil
}

// documents is the type whose SwaggerDoc a function is; "": it is another function.
func documents(f *ast.FuncDecl) string {
	if f.Name.Name != "SwaggerDoc" || f.Recv == nil {
		return ""
	}
	receiver, _ := f.Recv.List[0].Type.(*ast.Ident)
	if receiver == nil {
		return ""
	}
	return receiver.Name
}

// silence drops the sentences that the type itself can tell.
func (e *entry) silence() {
	e.comment.text = ""
	for i := range e.fields {
		e.fields[i].comment.text = ""
	}
}

// resolve puts the text of constants in the place of their names: +default=ref(AzureSharedBlobDisk).
func (e *entry) resolve(texts map[string]string) {
	for i := range e.fields {
		for j, m := range e.fields[i].comment.markers {
			name, ok := strings.CutPrefix(m, "default=ref(")
			if text, known := texts[strings.TrimSuffix(name, ")")]; ok && known {
				e.fields[i].comment.markers[j] = "default=" + strconv.Quote(text)
			}
		}
	}
}

// addTypes reads the exported types of a declaration.
func addTypes(types map[string]*entry, decl *ast.GenDecl, path string) {
	for _, s := range decl.Specs {
		spec, ok := s.(*ast.TypeSpec)
		if !ok || !spec.Name.IsExported() {
			continue
		}
		doc := spec.Doc
		if doc == nil {
			doc = decl.Doc
		}
		e := &entry{name: path + "." + spec.Name.Name, comment: read(doc)}
		e.enum = e.comment.take("enum")
		switch t := spec.Type.(type) {
		case *ast.StructType:
			for _, f := range t.Fields.List {
				for _, name := range f.Names {
					if name.IsExported() && f.Tag != nil {
						e.fields = append(e.fields, readField(name.Name, f))
					}
				}
				if len(f.Names) == 0 && f.Tag != nil {
					e.fields = append(e.fields, readField(embedded(f.Type), f))
				}
			}
		case *ast.InterfaceType, *ast.FuncType:
			continue
		default:
			e.comment.text = ""
		}
		types[spec.Name.Name] = e
	}
}

// readField reads a field, without the markers that its json tag implies.
func readField(name string, f *ast.Field) field {
	c := read(f.Doc)
	if strings.Contains(f.Tag.Value, ",omitempty") {
		c.take("optional")
	} else {
		c.take("required")
	}
	return field{name, c}
}

// embedded is the name of an embedded field.
func embedded(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return embedded(t.X)
	case *ast.SelectorExpr:
		return t.Sel.Name
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// addConstants gives each enum its values, sorted, and returns the texts of all string constants by name.
func addConstants(types map[string]*entry, constants []*ast.GenDecl) map[string]string {
	texts := map[string]string{}
	for _, decl := range constants {
		for _, s := range decl.Specs {
			spec := s.(*ast.ValueSpec)
			text, ok := literal(spec)
			if !ok {
				continue
			}
			texts[spec.Names[0].Name] = text
			name, _ := spec.Type.(*ast.Ident)
			if name == nil || types[name.Name] == nil || !types[name.Name].enum {
				continue
			}
			doc := spec.Doc
			if doc == nil && !decl.Lparen.IsValid() {
				doc = decl.Doc
			}
			types[name.Name].addValue(value{constant: spec.Names[0].Name, text: text, comment: meaning(doc, spec.Names[0].Name)})
		}
	}
	for _, e := range types {
		slices.SortFunc(e.values, func(a, b value) int { return strings.Compare(a.text, b.text) })
	}
	return texts
}

// literal is the text of a constant that is spelt out.
func literal(spec *ast.ValueSpec) (string, bool) {
	if len(spec.Values) != 1 {
		return "", false
	}
	value, ok := spec.Values[0].(*ast.BasicLit)
	if !ok || value.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(value.Value)
	return text, err == nil
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
