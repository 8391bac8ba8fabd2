package kinds

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Find returns the resource that a person means: po, pods, Pod, deploy.apps, deployments.v1.apps, pods.v1. with an
// empty group. Of several versions it takes the preferred one, of several groups the first in the table, as kubectl
// does. The error for an unknown name is an *NoResourceMatchError; a short name of two resources is ambiguous.
func (m *RESTMapper) Find(arg string) (Resource, error) {
	full, partial := schema.ParseResourceArg(arg)
	var found []Resource
	if full != nil {
		found = slices.DeleteFunc(m.named(full.Resource), func(r Resource) bool {
			return r.Kind.GroupVersion() != full.GroupVersion()
		})
	}
	if len(found) == 0 {
		found = inGroup(m.named(partial.Resource), partial.Group)
	}
	if len(found) == 0 {
		return Resource{}, &NoResourceMatchError{Name: arg, Suggestions: m.near(partial.Resource)}
	}
	for _, r := range found {
		if r.Name != found[0].Name {
			return Resource{}, ambiguous(partial.WithVersion(""), found)
		}
	}
	return found[0], nil
}

// named lists the rows that have a name, a kind's name included, of the first sort that has any.
func (m *RESTMapper) named(name string) []Resource {
	name = strings.ToLower(name)
	for _, x := range append(m.names[:], m.kinds) {
		if found := x[name]; len(found) > 0 {
			return slices.Clone(found)
		}
	}
	return nil
}

// lookup lists the rows that a partial name can mean, without kinds' names.
func (m *RESTMapper) lookup(partial schema.GroupVersionResource) []Resource {
	for _, x := range m.names {
		found := inGroup(x[strings.ToLower(partial.Resource)], partial.Group)
		found = slices.DeleteFunc(found, func(r Resource) bool {
			return partial.Version != "" && partial.Version != r.Kind.Version
		})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// inGroup selects the rows of a group; if there is none, of the groups whose names begin so. The empty group selects
// all.
func inGroup(rows []Resource, group string) []Resource {
	var exact, begun []Resource
	for _, r := range rows {
		if r.Kind.Group == group && group != "" {
			exact = append(exact, r)
		}
		if strings.HasPrefix(r.Kind.Group, group) {
			begun = append(begun, r)
		}
	}
	if exact != nil {
		return exact
	}
	return begun
}

// one is the row that a partial name means if all candidates are versions of the same resource.
func (m *RESTMapper) one(partial schema.GroupVersionResource) (Resource, error) {
	found := m.lookup(partial)
	if len(found) == 0 {
		return Resource{}, &meta.NoResourceMatchError{PartialResource: partial}
	}
	for _, r := range found {
		if r.GVR().GroupResource() != found[0].GVR().GroupResource() {
			return Resource{}, ambiguous(partial, found)
		}
	}
	return found[0], nil
}

func ambiguous(partial schema.GroupVersionResource, found []Resource) error {
	err := &meta.AmbiguousResourceError{PartialResource: partial}
	for _, r := range found {
		err.MatchingResources = append(err.MatchingResources, r.GVR())
		err.MatchingKinds = append(err.MatchingKinds, r.Kind)
	}
	return err
}

// NoResourceMatchError is a name under which nothing is served. Near are resources whose names differ by a letter or two.
type NoResourceMatchError struct {
	Name        string
	Suggestions []string
}

func (e *NoResourceMatchError) Error() string {
	text := fmt.Sprintf("the server doesn't have a resource type %q", e.Name)
	if len(e.Suggestions) > 0 {
		text += ": did you mean " + strings.Join(e.Suggestions, " or ") + "?"
	}
	return text
}

// near lists up to three resources, nearest first, by the distance of any of their names.
func (m *RESTMapper) near(name string) []string {
	name = strings.ToLower(name)
	limit := 1 + len(name)/5 // letters that may be wrong
	byDistance := make([][]string, limit+1)
	for _, r := range m.rows {
		best := min(distance(name, r.Name), distance(name, r.Singular))
		for _, short := range r.ShortNames {
			if len(short) > 2 {
				best = min(best, distance(name, short))
			}
		}
		if best <= limit && !slices.Contains(byDistance[best], r.Name) {
			byDistance[best] = append(byDistance[best], r.Name)
		}
	}
	all := slices.Concat(byDistance...)
	return all[:min(len(all), 3)]
}

// distance is the number of letters to insert, delete or replace between a and b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
