package fieldmanagertest

import (
	"fmt"
	"math/rand"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/randfill"

	kinds "kubepath/chapters/02-kinds"
)

// Generator makes objects of a kind that are so much alike that patches lead from one to another.
type Generator struct {
	*rand.Rand
	Kind   schema.GroupVersionKind
	Scheme *runtime.Scheme
}

var stable = regexp.MustCompile(`^v[0-9]+$`)

// KnownKinds are the kinds of objects with metadata, in stable versions, that the scheme has types for, sorted, as resources
// in namespaces.
func KnownKinds(scheme *runtime.Scheme) (known []kinds.Resource) {
	for kind, t := range scheme.AllKnownTypes() {
		if _, ok := reflect.New(t).Interface().(metav1.Object); ok && stable.MatchString(kind.Version) {
			plural, _ := meta.UnsafeGuessKindToResource(kind)
			known = append(known, kinds.Resource{Kind: kind, Name: plural.Resource, Namespaced: true})
		}
	}
	slices.SortFunc(known, func(a, b kinds.Resource) int { return strings.Compare(a.Kind.String(), b.Kind.String()) })
	return known
}

// Object makes an object.
func (g Generator) Object(t testing.TB) runtime.Object {
	t.Helper()
	obj, err := g.Scheme.New(g.Kind)
	if err != nil {
		t.Fatal(err)
	}
	g.filler().Fill(obj)
	g.tame(reflect.ValueOf(obj))
	obj.GetObjectKind().SetGroupVersionKind(g.Kind)
	return obj
}

// empty is an object without fields.
func (g Generator) empty() runtime.Object {
	obj, _ := g.Scheme.New(g.Kind) // known
	obj.GetObjectKind().SetGroupVersionKind(g.Kind)
	return obj
}

func (g Generator) filler() *randfill.Filler {
	return randfill.NewWithSeed(g.Int63()).NilChance(.6).NumElements(0, 2).MaxDepth(14).Funcs(
		func(*metav1.TypeMeta, randfill.Continue) {},
		func(n *int32, c randfill.Continue) { *n = int32(c.Intn(200)) },
		func(n *int64, c randfill.Continue) { *n = int64(c.Intn(3)) },
		func(t *metav1.Time, c randfill.Continue) { *t = metav1.Unix(int64(c.Intn(3)), 0) },
		func(t *metav1.MicroTime, c randfill.Continue) {
			*t = metav1.MicroTime{Time: time.Unix(int64(c.Intn(3)), 1000)}
		},
		func(q *resource.Quantity, c randfill.Continue) {
			*q = *resource.NewQuantity(int64(c.Intn(3)), resource.DecimalSI)
		},
		func(v *intstr.IntOrString, c randfill.Continue) { *v = intstr.FromInt32(int32(c.Intn(2))) },
		func(*metav1.FieldsV1, randfill.Continue) {},
		func(*[]metav1.ManagedFieldsEntry, randfill.Continue) {},
		func(*runtime.RawExtension, randfill.Continue) {},
	)
}

// tame gives a filled object strings of which there are few, so that lists have keys in common, and some twice.
func (g Generator) tame(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.String() != "" {
			v.SetString(g.word())
		}
	case reflect.Pointer:
		if !v.IsNil() {
			g.tame(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				g.tame(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			g.tame(v.Index(i))
		}
	case reflect.Map:
		tamed := reflect.MakeMap(v.Type())
		for i := v.MapRange(); i.Next(); {
			key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			key.SetString(g.word())
			element.Set(i.Value())
			g.tame(element)
			tamed.SetMapIndex(key, element)
		}
		if !v.IsNil() {
			v.Set(tamed)
		}
	}
}

// word is, once in a while, one that JSON escapes.
func (g Generator) word() string {
	n := g.Intn(3000)
	if n == 0 {
		return "<ü"
	}
	return fmt.Sprintf("w%d.example/x", n%40)
}

// Blend takes parts of from into to.
func (g Generator) Blend(to, from reflect.Value) {
	switch to.Kind() {
	case reflect.Struct:
		if _, ok := to.Interface().(metav1.Time); ok || to.NumField() == 0 || !to.Field(0).CanSet() {
			to.Set(from)
			return
		}
		for i := range to.NumField() {
			if to.Field(i).CanSet() && g.Intn(3) == 0 {
				g.Blend(to.Field(i), from.Field(i))
			}
		}
	case reflect.Pointer:
		if to.IsNil() || from.IsNil() {
			to.Set(from)
			return
		}
		g.Blend(to.Elem(), from.Elem())
	case reflect.Slice:
		switch n := g.Intn(4); {
		case n == 0 || to.Len() == 0:
			to.Set(from)
		case n == 1:
			to.Set(reflect.AppendSlice(to, from))
		case n == 2:
			to.Set(to.Slice(0, g.Intn(to.Len()+1)))
		default:
			g.Blend(to.Index(g.Intn(to.Len())), reflect.Zero(to.Type().Elem()))
		}
	default:
		to.Set(from)
	}
}
