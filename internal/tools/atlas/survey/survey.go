package survey

import (
	"cmp"
	"go/types"
	"slices"

	"kubepath/internal/tools/atlas"
)

// Read surveys the checkout at root. The result is in the order of the chapters and, in each, of the names; other modules'
// interfaces follow in the order of atlas.Contracts.
func Read(root string) ([]atlas.Interface, error) {
	s, err := load(root)
	if err != nil {
		return nil, err
	}
	contracts, err := s.contracts()
	if err != nil {
		return nil, err
	}
	candidates, pins := s.types(), s.pins()
	all := make([]atlas.Interface, 0, len(contracts))
	for _, c := range contracts {
		found := c.Interface
		for _, t := range candidates {
			if by, ok := t.implements(c); ok {
				by.Pin = pinOf(pins, t, c)
				found.By = append(found.By, by)
			}
		}
		slices.SortFunc(found.By, func(a, b atlas.Type) int {
			return cmp.Or(cmp.Compare(last(a.Chapter), last(b.Chapter)), cmp.Compare(a.Name, b.Name))
		})
		all = append(all, found)
	}
	return all, nil
}

// last puts what belongs to no chapter behind all chapters.
func last(chapter int) int {
	if chapter == 0 {
		return 100
	}
	return chapter
}

// implements tells whether the type, or the pointer to it, has all methods of the interface. A type that has none of them
// but by what it embeds does not count: it is no implementation to read.
func (t *candidate) implements(c *contract) (atlas.Type, bool) {
	by := t.Type
	var of types.Type = t.named
	if !types.Implements(of, c.methods) {
		by.Pointer, of = true, types.NewPointer(t.named)
	}
	return by, types.Implements(of, c.methods) && declaresOne(types.NewMethodSet(of), c.methods)
}

// declaresOne tells whether a type declares a method of the interface itself.
func declaresOne(set *types.MethodSet, methods *types.Interface) bool {
	for method := range methods.Methods() {
		if found := set.Lookup(method.Pkg(), method.Name()); found != nil && len(found.Index()) == 1 {
			return true
		}
	}
	return false
}
