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

// sources are what has been read, of one version of the libraries.
type sources struct {
	types map[string]*entry // by import path and name
	texts map[string]string // of string constants, by import path and name
}

// readFolder adds a package. path is its import path. Constants that it takes from other packages must have been read.
func (s *sources) readFolder(folder, path string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	types := map[string]*entry{}
	var constants []constants
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
				constants = append(constants, newConstants(path, file, decl))
			}
			addTypes(types, decl, path)
			addDocs(docs, decl)
		}
	}
	for _, c := range constants {
		s.addConstants(types, c)
	}
	for name, e := range types {
		e.docs = docs[name]
		e.resolve(path, s.texts)
		e.markGaps(types)
		slices.SortFunc(e.values, func(a, b value) int { return strings.Compare(a.text, b.text) })
		s.types[e.name] = e
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
func (e *entry) resolve(path string, texts map[string]string) {
	for i := range e.fields {
		for j, m := range e.fields[i].comment.markers {
			name, ok := strings.CutPrefix(m, "default=ref(")
			if text, known := texts[path+"."+strings.TrimSuffix(name, ")")]; ok && known {
				e.fields[i].comment.markers[j] = "default=" + strconv.Quote(text)
			}
		}
	}
}

// markGaps marks the sentences that a blank line divides from the meanings of an enum, which follow them.
func (e *entry) markGaps(types map[string]*entry) {
	for i, f := range e.fields {
		if kind := types[f.kind]; kind != nil && kind.enum && f.comment.gap {
			e.fields[i].comment.markers = append(f.comment.markers, "gap")
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
	return field{name: name, json: inJSON, kind: embedded(f.Type), omitEmpty: strings.Contains(json, ",omitempty"), comment: read(f.Doc)}
}

// embedded is the name of a type, which is that of a field that embeds it.
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
