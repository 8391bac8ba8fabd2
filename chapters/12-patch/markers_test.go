package patch

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/applyconfigurations"
	smd "sigs.k8s.io/structured-merge-diff/v6/schema"

	kinds "kubepath/chapters/02-kinds"
)

var update = flag.Bool("update", false, "write markers.txt and the traces of testdata/races anew")

// markerReader walks a Go type and upstream's schema of it side by side and notes what only the schema knows.
type markerReader struct {
	schema *smd.Schema
	lines  map[string]string
	seen   map[reflect.Type]bool
}

func (r *markerReader) read(t reflect.Type, ref smd.TypeRef) {
	t = indirect(t)
	if r.seen[t] {
		return
	}
	atom, ok := r.schema.Resolve(ref)
	if !ok {
		return
	}
	switch {
	case t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler):
		if atom.Map != nil && t.PkgPath() != "" {
			r.lines[typeName(t)] = "any"
		}
	case t.Kind() == reflect.Struct && atom.Map != nil:
		r.seen[t] = true
		if atom.Map.ElementRelationship == smd.Atomic && (ref.ElementRelationship == nil) {
			r.lines[typeName(t)] = "atomic"
		}
		r.fields(t, t, atom.Map)
	case t.Kind() == reflect.Slice && atom.List != nil:
		r.read(t.Elem(), atom.List.ElementType)
	case t.Kind() == reflect.Map && atom.Map != nil:
		r.read(t.Elem(), atom.Map.ElementType)
	}
}

func (r *markerReader) fields(owner, t reflect.Type, m *smd.Map) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" && f.Anonymous {
			r.fields(indirect(f.Type), indirect(f.Type), m)
			continue
		}
		field, ok := m.FindField(name)
		if !ok {
			continue
		}
		r.field(typeName(owner)+"."+name, f.Type, field)
		r.read(f.Type, field.Type)
	}
}

// zeroDefaultOf is the default of a key that needs no line in the table.
func zeroDefaultOf(element reflect.Type, key string) any {
	for _, f := range reflect.VisibleFields(element) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == key {
			return zeroDefault(f)
		}
	}
	return nil
}

func (r *markerReader) field(path string, t reflect.Type, field smd.StructField) {
	atom, _ := r.schema.Resolve(field.Type)
	switch {
	case atom.List != nil && atom.Scalar == nil && atom.List.ElementRelationship == smd.Associative:
		r.lines[path] = "set"
		if keys := atom.List.Keys; len(keys) > 0 {
			r.lines[path] = "key " + strings.Join(keys, " ")
			element, _ := r.schema.Resolve(atom.List.ElementType)
			for _, key := range keys {
				f, _ := element.Map.FindField(key)
				have, _ := json.Marshal(zeroDefaultOf(indirect(t).Elem(), key))
				if text, _ := json.Marshal(f.Default); string(text) != string(have) {
					r.lines[typeName(indirect(t).Elem())+"."+key] = "default " + string(text)
				}
			}
		}
	case atom.Map != nil && atom.Scalar != nil:
		if atom.Map.ElementRelationship == smd.Atomic {
			r.lines[path] = "atomic"
		}
	case field.Type.ElementRelationship != nil && *field.Type.ElementRelationship == smd.Separable:
		r.lines[path] = "granular"
	case atom.Map != nil && atom.Map.ElementRelationship == smd.Atomic:
		if indirect(t).Kind() == reflect.Map || field.Type.ElementRelationship != nil {
			r.lines[path] = "atomic"
		}
	}
}

func TestTheMarkersAreUpstreams(t *testing.T) {
	t.Parallel()
	scheme := kinds.NewScheme()
	upstream := applyconfigurations.NewTypeConverter(scheme)
	lines := map[string]string{}
	for kind, goType := range scheme.AllKnownTypes() {
		empty := &unstructured.Unstructured{Object: map[string]any{}}
		empty.SetGroupVersionKind(kind)
		value, err := upstream.ObjectToTyped(empty)
		if err != nil {
			continue
		}
		r := &markerReader{schema: value.Schema(), lines: lines, seen: map[reflect.Type]bool{}}
		r.read(goType, value.TypeRef())
	}
	var text strings.Builder
	width := 0
	for path := range lines {
		width = max(width, len(path))
	}
	for _, path := range slices.Sorted(maps.Keys(lines)) {
		text.WriteString(path + strings.Repeat(" ", width-len(path)+1) + lines[path] + "\n")
	}
	if *update {
		if err := os.WriteFile("markers.txt", []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(text.String(), markersText); diff != "" {
		t.Errorf("markers.txt is not what applyconfigurations says (-upstream +ours); go test -update writes it:\n%s", diff)
	}
}

// comparison walks upstream's schema of a kind and ours side by side.
type comparison struct {
	upstream, ours *smd.Schema
	seen           map[string]bool // names of upstream's types
	differ         func(path, upstream, ours string)
}

func (c *comparison) compare(path string, theirs, own smd.TypeRef) {
	if theirs.NamedType != nil && theirs.ElementRelationship == nil {
		if c.seen[*theirs.NamedType] {
			return
		}
		c.seen[*theirs.NamedType] = true
	}
	a, _ := c.upstream.Resolve(theirs)
	b, _ := c.ours.Resolve(own)
	if want, have := word(c.upstream, a), word(c.ours, b); want != have {
		c.differ(path, want, have)
		return
	}
	switch {
	case a.Scalar != nil, a.List == nil && a.Map == nil:
	case a.List != nil:
		c.compare(path+"[]", a.List.ElementType, b.List.ElementType)
	default:
		for _, f := range a.Map.Fields {
			field, _ := b.Map.FindField(f.Name)
			c.compare(path+"."+f.Name, f.Type, field.Type)
		}
		c.compare(path+".*", a.Map.ElementType, b.Map.ElementType)
	}
}

// word is what a type is, without that which it is made of.
func word(s *smd.Schema, atom smd.Atom) string {
	switch {
	case atom.Scalar != nil && atom.Map != nil:
		return "anything " + string(atom.Map.ElementRelationship)
	case atom.Scalar != nil:
		return string(*atom.Scalar)
	case atom.List != nil:
		return fmt.Sprint(atom.List.ElementRelationship, atom.List.Keys, keyDefaults(s, atom.List))
	case atom.Map != nil:
		var names []string
		for _, f := range atom.Map.Fields {
			names = append(names, f.Name)
		}
		slices.Sort(names)
		return fmt.Sprint("fields ", atom.Map.ElementRelationship == smd.Atomic, names)
	}
	return "nothing"
}

func keyDefaults(s *smd.Schema, l *smd.List) (defaults []any) {
	for _, key := range l.Keys {
		element, _ := s.Resolve(l.ElementType)
		f, _ := element.Map.FindField(key)
		defaults = append(defaults, f.Default)
	}
	return defaults
}

func TestTheSchemaBuiltOfAKindIsUpstreams(t *testing.T) {
	t.Parallel()
	scheme := kinds.NewScheme()
	upstream, ours := applyconfigurations.NewTypeConverter(scheme), NewTypeConverter(scheme)
	compared := 0
	for kind := range scheme.AllKnownTypes() {
		empty := &unstructured.Unstructured{Object: map[string]any{}}
		empty.SetGroupVersionKind(kind)
		theirs, err := upstream.ObjectToTyped(empty)
		if err != nil {
			continue
		}
		compared++
		built, err := ours.ObjectToTyped(empty)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		c := &comparison{upstream: theirs.Schema(), ours: built.Schema(), seen: map[string]bool{}}
		c.differ = func(path, upstream, ours string) {
			t.Errorf("%s%s is %s, upstream %s", kind, path, ours, upstream)
		}
		c.compare("", theirs.TypeRef(), built.TypeRef())
	}
	if compared < 100 {
		t.Errorf("only %d kinds were compared", compared)
	}
}
