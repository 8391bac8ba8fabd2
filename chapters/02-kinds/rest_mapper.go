package kinds

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resource is one row of the RESTMapper's table: the resource name of a kind.
type Resource struct {
	Kind       schema.GroupVersionKind // apps/v1 Deployment
	Name       string                  // deployments
	Singular   string                  // deployment; "": the kind in lower case
	ShortNames []string                // deploy
	Categories []string                // all
	Namespaced bool
}

// GVR returns the group, version and name of the resource.
func (r Resource) GVR() schema.GroupVersionResource {
	return r.Kind.GroupVersion().WithResource(r.Name)
}

// scope returns the scope as a meta.RESTScope.
func (r Resource) scope() meta.RESTScope {
	if r.Namespaced {
		return meta.RESTScopeNamespace
	}
	return meta.RESTScopeRoot
}

// RESTMapper maps resource names to kinds and kinds to resource names. It is immutable and safe for concurrent use.
// Upstream: meta.DefaultRESTMapper, restmapper.NewShortcutExpander.
type RESTMapper struct {
	rows   []Resource
	names  [3]index // by plural, singular and short name; a match in one index hides those in the next
	kinds  index    // by kind, in lower case
	byKind map[schema.GroupKind][]Resource
}

// index finds rows by a name in lower case, in the order of the table.
type index map[string][]Resource

var _ meta.RESTMapper = (*RESTMapper)(nil)

// NewRESTMapper makes a RESTMapper from rows in the order of preference: of two versions of a group, the first one is
// preferred; of two groups with the same resource name, Find takes the first one. It ignores rows of subresources
// (pods/status).
func NewRESTMapper(rows ...Resource) *RESTMapper {
	m := &RESTMapper{kinds: index{}, byKind: map[schema.GroupKind][]Resource{}}
	for i := range m.names {
		m.names[i] = index{}
	}
	for _, r := range rows {
		if !strings.Contains(r.Name, "/") {
			m.add(r)
		}
	}
	return m
}

func (m *RESTMapper) add(r Resource) {
	kind := strings.ToLower(r.Kind.Kind)
	if r.Singular == "" {
		r.Singular = kind
	}
	m.rows = append(m.rows, r)
	m.names[0].add(r.Name, r)
	m.names[1].add(r.Singular, r)
	for _, short := range r.ShortNames {
		m.names[2].add(short, r)
	}
	m.kinds.add(kind, r)
	m.byKind[r.Kind.GroupKind()] = append(m.byKind[r.Kind.GroupKind()], r)
}

func (x index) add(name string, r Resource) {
	name = strings.ToLower(name)
	x[name] = append(x[name], r)
}

// Resources returns the rows of the RESTMapper.
func (m *RESTMapper) Resources() []Resource { return m.rows }

// Namespaced reports whether a resource is namespaced; ok is false if the resource is unknown.
func (m *RESTMapper) Namespaced(resource schema.GroupResource) (namespaced, ok bool) {
	for _, r := range m.names[0][strings.ToLower(resource.Resource)] {
		if r.Kind.Group == resource.Group {
			return r.Namespaced, true
		}
	}
	return false, false
}

// ResourcesFor returns the resources that match a partial name: plural, singular or short, in upper or lower case, with
// or without group and version. The group may be a prefix if no group has exactly that name.
func (m *RESTMapper) ResourcesFor(partial schema.GroupVersionResource) ([]schema.GroupVersionResource, error) {
	found := m.lookup(partial)
	if len(found) == 0 {
		return nil, &meta.NoResourceMatchError{PartialResource: partial}
	}
	out := make([]schema.GroupVersionResource, len(found))
	for i, r := range found {
		out[i] = r.GVR()
	}
	return out, nil
}

// KindsFor is like ResourcesFor and returns the kinds of the resources.
func (m *RESTMapper) KindsFor(partial schema.GroupVersionResource) ([]schema.GroupVersionKind, error) {
	found := m.lookup(partial)
	if len(found) == 0 {
		return nil, &meta.NoResourceMatchError{PartialResource: partial}
	}
	out := make([]schema.GroupVersionKind, len(found))
	for i, r := range found {
		out[i] = r.Kind
	}
	return out, nil
}

// ResourceFor returns the one resource that matches a partial name, in its preferred version. If several groups match,
// it returns a *meta.AmbiguousResourceError.
func (m *RESTMapper) ResourceFor(partial schema.GroupVersionResource) (schema.GroupVersionResource, error) {
	r, err := m.lookupOne(partial)
	return r.GVR(), err
}

// KindFor is like ResourceFor and returns the kind of the resource.
func (m *RESTMapper) KindFor(partial schema.GroupVersionResource) (schema.GroupVersionKind, error) {
	r, err := m.lookupOne(partial)
	return r.Kind, err
}

// RESTMapping returns the resource of a kind: in the first of the versions that exists, or, without versions, in the
// preferred one. The error for an unknown kind or version is a *meta.NoKindMatchError.
func (m *RESTMapper) RESTMapping(kind schema.GroupKind, versions ...string) (*meta.RESTMapping, error) {
	all, err := m.RESTMappings(kind, versions...)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// RESTMappings returns the resources of a kind: in the given versions, or in all.
func (m *RESTMapper) RESTMappings(kind schema.GroupKind, versions ...string) ([]*meta.RESTMapping, error) {
	var out []*meta.RESTMapping
	for _, version := range anyVersion(versions) {
		for _, r := range m.byKind[kind] {
			if version == "" || version == r.Kind.Version {
				out = append(out, &meta.RESTMapping{Resource: r.GVR(), GroupVersionKind: r.Kind, Scope: r.scope()})
			}
		}
	}
	if len(out) == 0 {
		return nil, &meta.NoKindMatchError{GroupKind: kind, SearchedVersions: versions}
	}
	return out, nil
}

// anyVersion removes the versions "" and __internal. If none is left, it returns "", which means every version.
func anyVersion(versions []string) []string {
	var out []string
	for _, v := range versions {
		if v != "" && v != runtime.APIVersionInternal {
			out = append(out, v)
		}
	}
	if out == nil {
		return []string{""}
	}
	return out
}

// ResourceSingularizer returns the singular of a resource's name; an unknown name is returned with an error.
func (m *RESTMapper) ResourceSingularizer(plural string) (string, error) {
	found := m.names[0][strings.ToLower(plural)]
	if len(found) == 0 {
		return plural, &meta.NoResourceMatchError{PartialResource: schema.GroupVersionResource{Resource: plural}}
	}
	return found[0].Singular, nil
}

// Find returns the resource for a name that a user typed: po, pods, Pod, deploy.apps, deployments.v1.apps, or pods.v1.
// (with an empty group). Of several versions it takes the preferred one, of several groups the first in the table, as
// kubectl does. The error for an unknown name is a *NoResourceMatchError; for a short name of two resources, a
// *meta.AmbiguousResourceError.
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
		return Resource{}, &NoResourceMatchError{Name: arg, Suggestions: m.suggestions(partial.Resource)}
	}
	for _, r := range found {
		if r.Name != found[0].Name {
			return Resource{}, newAmbiguousResourceError(partial.WithVersion(""), found)
		}
	}
	return found[0], nil
}

// named returns the rows with a name: by plural; if there are none, by singular, by short name, by kind.
func (m *RESTMapper) named(name string) []Resource {
	name = strings.ToLower(name)
	for _, x := range append(m.names[:], m.kinds) {
		if found := x[name]; len(found) > 0 {
			return slices.Clone(found)
		}
	}
	return nil
}

// lookup returns the rows that match a partial name. The name of a kind does not match.
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

// inGroup returns the rows of a group; if there are none, those of groups with this prefix. The empty group matches
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

// lookupOne returns the row that matches a partial name. All matches must be versions of one resource.
func (m *RESTMapper) lookupOne(partial schema.GroupVersionResource) (Resource, error) {
	found := m.lookup(partial)
	if len(found) == 0 {
		return Resource{}, &meta.NoResourceMatchError{PartialResource: partial}
	}
	for _, r := range found {
		if r.GVR().GroupResource() != found[0].GVR().GroupResource() {
			return Resource{}, newAmbiguousResourceError(partial, found)
		}
	}
	return found[0], nil
}

func newAmbiguousResourceError(partial schema.GroupVersionResource, found []Resource) error {
	err := &meta.AmbiguousResourceError{PartialResource: partial}
	for _, r := range found {
		err.MatchingResources = append(err.MatchingResources, r.GVR())
		err.MatchingKinds = append(err.MatchingKinds, r.Kind)
	}
	return err
}

// NoResourceMatchError is the error for an unknown resource name. Suggestions are resources with similar names.
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

// suggestions returns up to three resources, nearest first, by the edit distance of any of their names.
func (m *RESTMapper) suggestions(name string) []string {
	name = strings.ToLower(name)
	limit := 1 + len(name)/5 // letters that may be wrong
	byDistance := make([][]string, limit+1)
	for _, r := range m.rows {
		best := min(editDistance(name, r.Name), editDistance(name, r.Singular))
		for _, short := range r.ShortNames {
			if len(short) > 2 {
				best = min(best, editDistance(name, short))
			}
		}
		if best <= limit && !slices.Contains(byDistance[best], r.Name) {
			byDistance[best] = append(byDistance[best], r.Name)
		}
	}
	all := slices.Concat(byDistance...)
	return all[:min(len(all), 3)]
}

// editDistance returns the number of letters to insert, delete or replace between a and b (Levenshtein).
func editDistance(a, b string) int {
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
