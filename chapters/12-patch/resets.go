package patch

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	rest "kubepath/chapters/04-rest"
)

// filters let through what a storage does not reset, one for each version in which an owner may have written. Nil:
// everything.
func filters(reset rest.FieldReset, versions []schema.GroupVersion) map[fieldpath.APIVersion]fieldpath.Filter {
	filter := filter(reset)
	if filter == nil {
		return nil
	}
	filters := map[fieldpath.APIVersion]fieldpath.Filter{}
	for _, version := range versions {
		filters[fieldpath.APIVersion(version.String())] = filter
	}
	return filters
}

func filter(reset rest.FieldReset) fieldpath.Filter {
	if len(reset.AllBut) > 0 {
		var kept []*fieldpath.SetMatcher
		for _, path := range reset.AllBut {
			kept = append(kept, fieldpath.MakePrefixMatcherOrDie(matchers(path)...))
		}
		return fieldpath.NewIncludeMatcherFilter(kept...)
	}
	if len(reset.Below) == 0 {
		return nil
	}
	below := fieldpath.NewSet()
	for _, path := range reset.Below {
		below.Insert(elements(path))
	}
	return fieldpath.NewExcludeSetFilter(below)
}

func elements(path []string) (elements fieldpath.Path) {
	for _, name := range path {
		elements = append(elements, fieldpath.FieldNameElement(name))
	}
	return elements
}

func matchers(path []string) (matchers []any) {
	for _, name := range path {
		if name == "*" {
			matchers = append(matchers, fieldpath.MatchAnyPathElement())
			continue
		}
		matchers = append(matchers, name)
	}
	return matchers
}
