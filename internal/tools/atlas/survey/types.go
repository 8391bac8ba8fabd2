package survey

import (
	"go/types"

	"kubepath/internal/tools/atlas"
)

// candidate is a type that may implement something.
type candidate struct {
	atlas.Type
	named *types.Named
}

// types are the packages' own types that are no interfaces.
func (s *sources) types() []*candidate {
	var all []*candidate
	for _, p := range s.packages {
		scope := p.Types.Scope()
		for _, name := range scope.Names() {
			object, ok := scope.Lookup(name).(*types.TypeName)
			if !ok || object.IsAlias() {
				continue
			}
			named, ok := object.Type().(*types.Named)
			if !ok || types.IsInterface(named) {
				continue
			}
			file := s.file(p, object.Pos())
			all = append(all, &candidate{
				atlas.Type{Name: p.Name + "." + name, Chapter: chapterOf(file), File: file}, named,
			})
		}
	}
	return all
}
