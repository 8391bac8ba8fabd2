package survey

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/packages"

	"kubepath/internal/tools/atlas"
)

// pin is var _ Interface = value.
type pin struct {
	atlas.Pin
	promised *types.Interface
	exact    *types.Named // nil: an interface without a name
	of       *types.Named
}

// pins are all such declarations outside of tests.
func (s *sources) pins() []pin {
	var all []pin
	for _, p := range s.packages {
		for _, file := range p.Syntax {
			for _, declared := range file.Decls {
				group, ok := declared.(*ast.GenDecl)
				if !ok {
					continue
				}
				for _, spec := range group.Specs {
					if found, ok := s.pin(p, spec); ok {
						all = append(all, found)
					}
				}
			}
		}
	}
	return all
}

func (s *sources) pin(p *packages.Package, spec ast.Spec) (pin, bool) {
	v, ok := spec.(*ast.ValueSpec)
	if !ok || v.Type == nil || len(v.Names) != 1 || v.Names[0].Name != "_" || len(v.Values) != 1 {
		return pin{}, false
	}
	of := types.Unalias(p.TypesInfo.TypeOf(v.Values[0]))
	if pointer, ok := of.(*types.Pointer); ok {
		of = types.Unalias(pointer.Elem())
	}
	named, isNamed := of.(*types.Named)
	promised := p.TypesInfo.TypeOf(v.Type)
	methods, isInterface := promised.Underlying().(*types.Interface)
	if !isNamed || !isInterface {
		return pin{}, false
	}
	found := pin{promised: methods, of: named.Origin()}
	found.exact, _ = types.Unalias(promised).(*types.Named)
	found.File = s.file(p, v.Pos())
	found.Interface = "interface{ ... }"
	if found.exact != nil {
		found.Interface = found.exact.Obj().Pkg().Name() + "." + found.exact.Obj().Name()
	}
	return found, true
}

// pinOf is the pin that holds a type to an interface: one that names it, or else one whose interface contains it.
func pinOf(pins []pin, t *candidate, c *contract) *atlas.Pin {
	var wider *atlas.Pin
	for i := range pins {
		p := &pins[i]
		switch {
		case p.of != t.named:
		case p.exact == c.named:
			return &p.Pin
		case wider == nil && types.Implements(p.promised, c.methods):
			wider = &p.Pin
		}
	}
	return wider
}
