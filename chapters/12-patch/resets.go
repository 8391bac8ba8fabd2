package patch

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	rest "kubepath/chapters/04-rest"
)

// filters let through what a storage does not reset, one for each version in which an owner may have written. Nil:
// everything.
func filters(reset rest.ResetFields, versions []schema.GroupVersion) map[fieldpath.APIVersion]fieldpath.Filter {
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

func filter(reset rest.ResetFields) fieldpath.Filter {
	if len(reset) == 0 {
		return nil
	}
	paths := fieldpath.NewSet()
	for _, path := range reset {
		paths.Insert(elements(path))
	}
	return fieldpath.NewExcludeSetFilter(paths)
}

func elements(path []string) (elements fieldpath.Path) {
	for _, name := range path {
		elements = append(elements, fieldpath.FieldNameElement(name))
	}
	return elements
}
