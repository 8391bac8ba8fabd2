package controlplane

import (
	"encoding/json"
	"maps"
	"math/rand"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/apitesting/fuzzer"
	metafuzzer "k8s.io/apimachinery/pkg/apis/meta/fuzzer"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// mutator changes JSON at random, over and over the same for one seed.
type mutator struct {
	*rand.Rand
	seed int64
}

func newMutator(seed int64) mutator { return mutator{rand.New(rand.NewSource(seed)), seed} }

// junk stands where something else is expected.
var junk = []any{
	nil, "", "-", "*", "a/b", "a/b/c", "A", ".", "..", "a b", "\x00", "é", "100%", "-1", "1500m", "1Gi", "1e99", "TZ=0", "@every 1s",
	"10.0.0.1", "10.0.0.0/24", "fd00::1", "::ffff:1.2.3.4", "None", "2020-01-01T00:00:00Z", "k8s.io/x", strings.Repeat("x", 300),
	float64(0), float64(-1), float64(1), float64(65536), float64(1 << 31), float64(-1 << 63), 1e300, 0.5, true, false,
	[]any{}, []any{""}, []any{nil}, []any{map[string]any{}}, map[string]any{}, map[string]any{"": ""}, map[string]any{"a b": "c", "d": nil},
}

// place is one in a document: the value there, and how to put another.
type place struct {
	value any
	set   func(any)
}

// nodes are all places below a value.
func nodes(value any) []place {
	var all []place
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			all = append(all, place{value[key], func(now any) { value[key] = now }})
			all = append(all, nodes(value[key])...)
		}
	case []any:
		for i := range value {
			all = append(all, place{value[i], func(now any) { value[i] = now }})
			all = append(all, nodes(value[i])...)
		}
	}
	return all
}

// mutate changes a few places of an object: junk, another place's value, the same list twice, or what an object of
// its kind could have there.
func (m mutator) mutate(object map[string]any, filled map[string]any) {
	for range 1 + m.Intn(3) {
		if m.Intn(3) == 0 {
			m.graft(object, filled)
			continue
		}
		places := nodes(object)
		if len(places) == 0 {
			return
		}
		at := places[m.Intn(len(places))]
		list, isList := at.value.([]any)
		fields, isMap := at.value.(map[string]any)
		switch {
		case isList && m.Intn(2) == 0:
			at.set(slices.Concat(list, list))
		case isMap && len(fields) > 0 && m.Intn(2) == 0:
			delete(fields, slices.Sorted(maps.Keys(fields))[m.Intn(len(fields))])
		case m.Intn(4) == 0:
			at.set(copied(places[m.Intn(len(places))].value))
		default:
			at.set(copied(junk[m.Intn(len(junk))]))
		}
	}
}

// graft takes a field over from filled, one level deep or more.
func (m mutator) graft(object, filled map[string]any) {
	for len(filled) > 0 {
		key := slices.Sorted(maps.Keys(filled))[m.Intn(len(filled))]
		below, deeper := filled[key].(map[string]any)
		there, has := object[key].(map[string]any)
		if deeper && has && m.Intn(3) > 0 {
			object, filled = there, below
			continue
		}
		object[key] = copied(filled[key])
		return
	}
}

// filled is an object of a kind with something in most fields, as JSON has it; empty where that cannot be written.
func (m mutator) filled(obj runtime.Object) map[string]any {
	funcs := fuzzer.MergeFuzzerFuncs(metafuzzer.Funcs)
	fuzzer.FuzzerFor(funcs, rand.NewSource(m.seed), scheme.Codecs).NilChance(.3).NumElements(1, 2).MaxDepth(12).Fill(obj)
	fields := map[string]any{}
	text, err := json.Marshal(obj)
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		return map[string]any{}
	}
	delete(fields, "kind")
	delete(fields, "apiVersion")
	return fields
}

// merged puts what is in patch over object.
func merged(object, patch map[string]any) map[string]any {
	for key, value := range patch {
		below, deeper := value.(map[string]any)
		there, has := object[key].(map[string]any)
		if deeper && has {
			value = merged(there, below)
		}
		object[key] = value
	}
	return object
}

// copied is a value that shares nothing with another.
func copied(value any) any { return runtime.DeepCopyJSONValue(value) }
