package patch

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/randfill"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

// tame gives a filled object strings of which there are few, so that lists have keys in common, and some twice.
func tame(v reflect.Value, c *rand.Rand) {
	switch v.Kind() {
	case reflect.String:
		if v.String() != "" {
			v.SetString(randomWord(c))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			tame(v.Elem(), c)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				tame(v.Field(i), c)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			tame(v.Index(i), c)
		}
	case reflect.Map:
		tamed := reflect.MakeMap(v.Type())
		for i := v.MapRange(); i.Next(); {
			key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			key.SetString(randomWord(c))
			element.Set(i.Value())
			tame(element, c)
			tamed.SetMapIndex(key, element)
		}
		if !v.IsNil() {
			v.Set(tamed)
		}
	}
}

// randomWord is, once in a while, one that JSON does not write as it is.
func randomWord(c *rand.Rand) string {
	n := c.Intn(3000)
	if n == 0 {
		return "<ü"
	}
	return fmt.Sprintf("w%d.example/x", n%40)
}

// filler makes objects.
func filler(seed int64) *randfill.Filler {
	return randfill.NewWithSeed(seed).NilChance(.6).NumElements(0, 2).MaxDepth(14).Funcs(
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

// blend takes parts of from into to.
func blend(to, from reflect.Value, c *rand.Rand) {
	switch to.Kind() {
	case reflect.Struct:
		if _, ok := to.Interface().(metav1.Time); ok || to.NumField() == 0 || !to.Field(0).CanSet() {
			to.Set(from)
			return
		}
		for i := range to.NumField() {
			if to.Field(i).CanSet() && c.Intn(3) == 0 {
				blend(to.Field(i), from.Field(i), c)
			}
		}
	case reflect.Pointer:
		if to.IsNil() || from.IsNil() {
			to.Set(from)
			return
		}
		blend(to.Elem(), from.Elem(), c)
	case reflect.Slice:
		switch n := c.Intn(4); {
		case n == 0 || to.Len() == 0:
			to.Set(from)
		case n == 1:
			to.Set(reflect.AppendSlice(to, from))
		case n == 2:
			to.Set(to.Slice(0, c.Intn(to.Len()+1)))
		default:
			blend(to.Index(c.Intn(to.Len())), reflect.Zero(to.Type().Elem()), c)
		}
	default:
		to.Set(from)
	}
}

// history is a series of writes to one object, each accounted for by the shortcut and by the library.
type history struct {
	t          *testing.T
	kind       schema.GroupVersionKind
	scheme     *runtime.Scheme
	fill       *randfill.Filler
	rand       *rand.Rand
	main, part *ownership // of the object, and of its status
	live       runtime.Object
	short      int // writes that took the shortcut
	applied    int
}

func (h *history) write() {
	if h.live != nil && h.rand.Intn(4) == 0 {
		h.apply()
	}
	o, manager := h.main, []string{"", "a", "b", "kubelet"}[h.rand.Intn(4)]
	if h.live != nil && h.rand.Intn(3) == 0 {
		o = h.part
	}
	obj := h.next()
	long := obj.DeepCopyObject()
	live := h.live
	if live == nil {
		live = empty(obj)
	}
	before := live.DeepCopyObject()
	if o.shortcut.update(live, obj, manager) {
		h.short++
		want := o.updateLong(before, long, manager)
		if diff := cmp.Diff(owners(h.t, want), owners(h.t, obj)); diff != "" {
			h.t.Fatalf("%s after a write by %q (-long way +shortcut):\n%s\nlive %s\nobj %s", h.kind, manager, diff, text(before), text(obj))
		}
	} else {
		obj = o.updateLong(live, long, manager)
	}
	if diff := cmp.Diff(text(before), text(live)); diff != "" {
		h.t.Fatalf("the live object has changed:\n%s", diff)
	}
	object, _ := meta.Accessor(obj)
	object.SetUID("1")
	h.live = obj
	if h.rand.Intn(2) == 0 {
		time.Sleep(time.Second)
	}
}

// apply puts an owner into the account that applies; what cannot be applied is left.
func (h *history) apply() {
	other, err := h.scheme.New(h.kind)
	if err != nil {
		h.t.Fatal(err)
	}
	h.fill.Fill(other)
	tame(reflect.ValueOf(other), h.rand)
	other.GetObjectKind().SetGroupVersionKind(h.kind)
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(other)
	if err != nil {
		h.t.Fatal(err)
	}
	obj, err := h.main.Apply(h.live, &unstructured.Unstructured{Object: fields}, "applier", true)
	if err == nil {
		object, _ := meta.Accessor(obj)
		object.SetUID("1")
		h.live = obj
		h.applied++
	}
}

// next is what a client sends: the live object, more or less changed, with its account or without, or one of its own.
func (h *history) next() runtime.Object {
	other, err := h.scheme.New(h.kind)
	if err != nil {
		h.t.Fatal(err)
	}
	h.fill.Fill(other)
	tame(reflect.ValueOf(other), h.rand)
	other.GetObjectKind().SetGroupVersionKind(h.kind)
	if h.live == nil {
		return other
	}
	obj := h.live.DeepCopyObject()
	object, _ := meta.Accessor(obj)
	if h.rand.Intn(5) > 0 {
		uid, account := object.GetUID(), object.GetManagedFields()
		blend(reflect.ValueOf(obj).Elem(), reflect.ValueOf(other).Elem(), h.rand)
		object.SetUID(uid)
		object.SetManagedFields(account)
	}
	obj.GetObjectKind().SetGroupVersionKind(h.kind)
	switch h.rand.Intn(20) {
	case 0, 1, 2:
		object.SetManagedFields(nil)
	case 3:
		if account := object.GetManagedFields(); len(account) > 1 {
			object.SetManagedFields(slices.Clone(account[1:]))
		}
	}
	return obj
}

func owners(t *testing.T, obj runtime.Object) string {
	t.Helper()
	object, err := meta.Accessor(obj)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(object.GetManagedFields(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func text(obj runtime.Object) string {
	text, err := json.Marshal(obj)
	if err != nil {
		return fmt.Sprint(obj)
	}
	return string(text)
}

// accounts are those of a kind and its status.
func accounts(codecs *kinds.Codecs, kind schema.GroupVersionKind) (main, part *ownership) {
	ownerships := Ownership(codecs)
	of := func(subresource, reset string) *ownership {
		e := &rest.RequestScope{Kind: kind, Subresource: subresource, Storage: resettable{rest.ResetFields{{reset}}}}
		return ownerships(e).(*ownership)
	}
	return of("", "status"), of("status", "spec")
}

// TestTheShortcutLeadsWhereTheLongWayLeads writes at random to an object of every kind.
func TestTheShortcutLeadsWhereTheLongWayLeads(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	var applied atomic.Int64
	t.Cleanup(func() {
		if applied.Load() == 0 {
			t.Error("nothing could be applied")
		}
	})
	writes := 10
	if testing.Short() {
		writes = 3
	}
	for _, r := range kinds.WellKnown() {
		if !codecs.Scheme.Recognizes(r.Kind) || newShapes(codecs.Scheme).plan(r.Kind) == nil {
			continue
		}
		t.Run(r.Kind.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				short := 0
				for seed := range 2 {
					h := &history{t: t, kind: r.Kind, scheme: codecs.Scheme, fill: filler(int64(seed)), rand: rand.New(rand.NewSource(int64(seed)))}
					h.main, h.part = accounts(codecs, r.Kind)
					for range writes {
						h.write()
					}
					short += h.short
					applied.Add(int64(h.applied))
				}
				if short == 0 {
					t.Errorf("no write took the shortcut")
				}
			})
		})
	}
}
