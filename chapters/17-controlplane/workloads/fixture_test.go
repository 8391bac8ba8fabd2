package workloads

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	kinds "kubepath/chapters/02-kinds"
	registry "kubepath/chapters/06-registry"
	versions "kubepath/chapters/13-versions"
	"kubepath/chapters/17-controlplane/resource"
)

// read is a manifest as a handler gets it, defaults filled in.
func read[P runtime.Object](t testing.TB, manifest string) P {
	t.Helper()
	obj, err := decode(versions.NewCodecs(), manifest)
	if err != nil {
		t.Fatal(err)
	}
	return obj.(P)
}

func decode(codecs *kinds.Codecs, manifest string) (runtime.Object, error) {
	i := slices.IndexFunc(codecs.SupportedMediaTypes, func(m kinds.SerializerInfo) bool { return m.MediaType == runtime.ContentTypeYAML })
	obj, _, err := codecs.Decode(&codecs.SupportedMediaTypes[i], []byte(manifest), kinds.DecodeOptions{})
	return obj, err
}

// row finds a row of this package's table by its kind.
func row(t testing.TB, kind string) resource.Definition {
	t.Helper()
	for _, g := range Groups() {
		for _, r := range g.Resources {
			if r.Kind == kind && r.Strategy != nil {
				return r
			}
		}
	}
	t.Fatalf("no row of %s", kind)
	return resource.Definition{}
}

// created is what a create makes of a manifest, and what it finds wrong with it.
func created[P runtime.Object](t testing.TB, manifest string) (P, field.ErrorList) {
	t.Helper()
	obj := read[P](t, manifest)
	return obj, create(t, obj)
}

func create(t testing.TB, obj runtime.Object) field.ErrorList {
	t.Helper()
	m, err := meta.Accessor(obj)
	if err != nil {
		t.Fatal(err)
	}
	m.SetUID("u-1")
	s := strategyOf(t, obj)
	s.PrepareForCreate(t.Context(), obj)
	return resource.RenderErrors(s.Validate(t.Context(), obj))
}

func strategyOf(t testing.TB, obj runtime.Object) registry.Strategy {
	t.Helper()
	return row(t, kindOf(obj)).Strategy
}

func kindOf(obj runtime.Object) string { return obj.GetObjectKind().GroupVersionKind().Kind }

// updated is what an update of before to after does, and what it finds wrong with it.
func updated[P runtime.Object](t testing.TB, before P, change func(P)) (P, field.ErrorList) {
	t.Helper()
	after := before.DeepCopyObject().(P)
	change(after)
	return after, update(t.Context(), strategyOf(t, before), after, before)
}

// reported is updated for the subresource status.
func reported[P runtime.Object](t testing.TB, before P, change func(P)) (P, field.ErrorList) {
	t.Helper()
	after := before.DeepCopyObject().(P)
	change(after)
	return after, update(t.Context(), row(t, kindOf(before)).Status, after, before)
}

func update(ctx context.Context, s registry.Strategy, after, before runtime.Object) field.ErrorList {
	s.PrepareForUpdate(ctx, after, before)
	return resource.RenderErrors(s.ValidateUpdate(ctx, after, before))
}

// says fails unless the errors are exactly these, in this order.
func says(t testing.TB, errs field.ErrorList, want ...string) {
	t.Helper()
	var got []string
	for _, f := range errs {
		got = append(got, f.Error())
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("errs:\n%s\nwanted:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// cells is the row that kubectl get -o wide shows.
func cells(t testing.TB, obj runtime.Object) string {
	t.Helper()
	table, err := row(t, kindOf(obj)).Columns.ConvertToTable(t.Context(), obj, nil)
	if err != nil || len(table.Rows) != 1 || len(table.Rows[0].Cells) != len(table.ColumnDefinitions) {
		t.Fatalf("table %v: %v", table, err)
	}
	var texts []string
	for _, cell := range table.Rows[0].Cells {
		texts = append(texts, fmt.Sprint(cell))
	}
	return strings.Join(texts, " | ")
}
