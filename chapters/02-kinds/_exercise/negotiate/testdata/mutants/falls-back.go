package exercise

import (
	"cmp"
	"slices"
	"strings"
)

// Negotiate returns the best form that the client accepts, of those that the server offers and that can be had.
func Negotiate(header string, offers []string, can func(MediaTypeOptions) bool) (MediaTypeOptions, error) {
	if header == "" {
		return MediaTypeOptions{MediaType: offers[0]}, nil
	}
	for _, c := range clauses(header) {
		for _, offer := range offers {
			form := MediaTypeOptions{MediaType: offer, Params: c.Params}
			if c.fits(offer) && can(form) {
				return form, nil
			}
		}
	}
	return MediaTypeOptions{MediaType: offers[0]}, nil
}

// clauses are those of the header, best first.
func clauses(header string) []clause {
	var all []clause
	for text := range strings.SplitSeq(header, ",") {
		if c, ok := parse(text); ok {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b clause) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.stars(), b.stars()))
	})
	return all
}

// stars is how vague a clause is.
func (c clause) stars() int { return strings.Count(c.Type+c.SubType, "*") }

// fits reports whether the clause means the media type.
func (c clause) fits(offer string) bool {
	kind, sub, _ := strings.Cut(offer, "/")
	return (c.Type == "*" || c.Type == kind) && (c.SubType == "*" || c.SubType == sub)
}
