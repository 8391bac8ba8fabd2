package survey

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"kubepath/internal/tools/atlas"
)

// contract is an interface.
type contract struct {
	atlas.Interface
	named   *types.Named
	methods *types.Interface
}

// contracts are all interfaces that the survey is about.
func (s *sources) contracts() ([]*contract, error) {
	var all []*contract
	for _, p := range s.packages {
		all = append(all, s.ours(p)...)
	}
	slices.SortFunc(all, func(a, b *contract) int {
		return cmp.Or(cmp.Compare(a.Chapter, b.Chapter), cmp.Compare(a.Name, b.Name))
	})
	for _, row := range atlas.Contracts() {
		c, err := s.foreign(row)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// ours are the interfaces that a chapter exports.
func (s *sources) ours(p *packages.Package) []*contract {
	var all []*contract
	if chapterOf(p.PkgPath) == 0 {
		return nil
	}
	for _, file := range p.Syntax {
		for _, declared := range file.Decls {
			group, ok := declared.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range group.Specs {
				t, ok := spec.(*ast.TypeSpec)
				if !ok || !t.Name.IsExported() || t.TypeParams != nil {
					continue
				}
				c := newContract(p.TypesInfo.Defs[t.Name])
				if c == nil {
					continue
				}
				c.Chapter, c.File = chapterOf(p.PkgPath), s.file(p, t.Pos())
				c.Contract = sentence(t, group)
				all = append(all, c)
			}
		}
	}
	return all
}

// foreign is another module's interface.
func (s *sources) foreign(row atlas.Contract) (*contract, error) {
	var c *contract
	if p := s.find(row.Package); p != nil {
		c = newContract(p.Scope().Lookup(row.Name))
	}
	if c == nil {
		return nil, fmt.Errorf("atlas.Contracts names %s.%s, which is no interface that the chapters import", row.Package, row.Name)
	}
	c.Contract = row.Contract
	return c, nil
}

// newContract describes an interface's methods; nil: the object is none, or one that everything implements.
func newContract(object types.Object) *contract {
	if object == nil {
		return nil
	}
	named, ok := object.Type().(*types.Named)
	if !ok {
		return nil
	}
	methods, ok := named.Underlying().(*types.Interface)
	if !ok || methods.NumMethods() == 0 || !methods.IsMethodSet() {
		return nil
	}
	c := &contract{named: named, methods: methods}
	c.Package, c.Name = object.Pkg().Path(), object.Pkg().Name()+"."+object.Name()
	for embedded := range methods.EmbeddedTypes() {
		c.Of = append(c.Of, types.TypeString(embedded, qualifier))
	}
	var own []*types.Func
	for method := range methods.ExplicitMethods() {
		own = append(own, method)
	}
	slices.SortFunc(own, func(a, b *types.Func) int { return cmp.Compare(a.Pos(), b.Pos()) })
	for _, method := range own {
		c.Methods = append(c.Methods, method.Name()+strings.TrimPrefix(types.TypeString(method.Type(), qualifier), "func"))
	}
	return c
}

// sentence is the first sentence of a declaration's comment.
func sentence(t *ast.TypeSpec, group *ast.GenDecl) string {
	comment := t.Doc
	if comment == nil {
		comment = group.Doc
	}
	text := strings.Join(strings.Fields(comment.Text()), " ")
	if end := strings.Index(text, ". "); end >= 0 {
		text = text[:end+1]
	}
	if text != "" && !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}
