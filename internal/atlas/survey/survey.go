package survey

import (
	"cmp"
	"go/types"
	"slices"

	"kubepath/internal/atlas"
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

// implements tells whether the type, or the pointer to it, has all methods of the interface.
func (t *candidate) implements(c *contract) (atlas.Type, bool) {
	by := t.Type
	switch {
	case types.Implements(t.named, c.methods):
		return by, true
	case types.Implements(types.NewPointer(t.named), c.methods):
		by.Pointer = true
		return by, true
	}
	return by, false
}
