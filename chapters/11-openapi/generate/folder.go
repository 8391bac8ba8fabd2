package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// readFolder adds the types of a package. path is its import path.
func readFolder(all map[string]*entry, folder, path string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	types := map[string]*entry{}
	var constants []*ast.GenDecl
	docs := map[string]map[string]string{} // what SwaggerDoc methods return
	for _, name := range files {
		if base := filepath.Base(name); strings.HasSuffix(base, "_test.go") || strings.HasPrefix(base, "zz_") || base == "generated.pb.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			if decl.Tok == token.CONST {
				constants = append(constants, decl)
			}
			addTypes(types, decl, path)
			addDocs(docs, decl)
		}
	}
	texts := addConstants(types, constants)
	for name, e := range types {
		e.docs = docs[name]
		e.resolve(texts)
		all[e.name] = e
	}
	return nil
}

// addDocs reads a variable that a SwaggerDoc method returns: var map_Pod = map[string]string{"": "Pod is ..."}.
func addDocs(docs map[string]map[string]string, decl *ast.GenDecl) {
	for _, s := range decl.Specs {
		spec, ok := s.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			continue
		}
		name, ok := strings.CutPrefix(spec.Names[0].Name, "map_")
		table, isTable := spec.Values[0].(*ast.CompositeLit)
		if !ok || !isTable {
			continue
		}
		docs[name] = map[string]string{}
		for _, row := range table.Elts {
			pair := row.(*ast.KeyValueExpr)
			key, _ := strconv.Unquote(pair.Key.(*ast.BasicLit).Value)
			docs[name][key], _ = strconv.Unquote(pair.Value.(*ast.BasicLit).Value)
		}
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

// readField reads a field.
func readField(name string, f *ast.Field) field {
	tag, _ := strconv.Unquote(f.Tag.Value)
	json := reflect.StructTag(tag).Get("json")
	inJSON, _, _ := strings.Cut(json, ",")
	return field{name: name, json: inJSON, omitEmpty: strings.Contains(json, ",omitempty"), comment: read(f.Doc)}
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
