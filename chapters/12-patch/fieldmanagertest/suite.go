package fieldmanagertest

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

// Factory makes the field manager of an endpoint. Nil: it has none for the kind, and the suite leaves the kind out.
type Factory func(*rest.RequestScope) rest.FieldManager

// Run compares what a subject makes of random requests with what a reference makes of them.
func Run(t *testing.T, codecs *kinds.Codecs, reference, subject Factory) {
	t.Helper()
	histories := 2
	if testing.Short() {
		histories = 1
	}
	for _, r := range KnownKinds(codecs.Scheme) {
		main := &rest.RequestScope{Kind: r.Kind, Storage: resettable{rest.ResetFields{{"status"}}}}
		status := &rest.RequestScope{Kind: r.Kind, Subresource: "status", Storage: resettable{rest.ResetFields{{"spec"}}}}
		if reference(main) == nil {
			continue
		}
		t.Run("update "+r.Kind.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for seed := range histories {
					u := &updates{
						Generator: Generator{rand.New(rand.NewSource(int64(seed))), r.Kind, codecs.Scheme}, t: t, many: seed == 1,
						main:   pair{reference(main), subject(main)},
						status: pair{reference(status), subject(status)},
					}
					for range 10 * (1 + seed) {
						u.write()
					}
				}
			})
		})
		t.Run("apply "+r.Kind.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				all := &rest.RequestScope{Kind: r.Kind, Storage: resettable{}}
				a := &applies{Generator: Generator{rand.New(rand.NewSource(1)), r.Kind, codecs.Scheme}, t: t,
					pair: pair{reference(all), subject(all)}, last: map[string]map[string]any{}}
				a.live = a.empty()
				for range 8 {
					a.write()
				}
			})
		})
	}
}

// pair is a reference and a subject for one endpoint.
type pair struct{ reference, subject rest.FieldManager }

// resettable is a storage that resets fields.
type resettable struct{ reset rest.ResetFields }

func (resettable) New() runtime.Object                { return nil }
func (resettable) Destroy()                           {}
func (r resettable) GetResetFields() rest.ResetFields { return r.reset }

// stored is obj as it is after a write: it has a uid.
func stored(obj runtime.Object) runtime.Object {
	object, _ := meta.Accessor(obj) // every kind has metadata
	object.SetUID("1")
	return obj
}

// text is obj as JSON.
func text(obj any) string {
	text, err := json.MarshalIndent(obj, "", " ")
	if err != nil {
		return fmt.Sprint(obj)
	}
	return string(text)
}

// entries are the managed fields of obj, as JSON.
func entries(obj runtime.Object) string {
	object, _ := meta.Accessor(obj) // every kind has metadata
	return text(object.GetManagedFields())
}

// sentences are the lines of an error, sorted: conflicts are in any order.
func sentences(err error) string {
	lines := strings.FieldsFunc(fmt.Sprint(err), func(r rune) bool { return r == '\n' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
