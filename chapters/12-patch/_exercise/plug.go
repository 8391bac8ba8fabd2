package exercise

import (
	"context"
	"mime"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	rest "kubepath/chapters/04-rest"
	patch "kubepath/chapters/12-patch"
	"kubepath/internal/tools/exercise"
)

// Plug puts a row into the table of verbs that gives merge patches to your code, and the other patch types to chapter 12.
func Plug() exercise.Plug { return exercise.Plug{Verbs: verbs()} }

func verbs() []rest.Verb {
	row := patch.Verbs()[0]
	others := row.Handle
	row.Handle = func(e *rest.RequestScope) http.Handler {
		merges, rest := mergePatches(e), others(e)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if patchType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); patchType == string(types.MergePatchType) {
				merges.ServeHTTP(w, r)
				return
			}
			rest.ServeHTTP(w, r)
		})
	}
	return []rest.Verb{row}
}

// mergePatches answers PATCH with application/merge-patch+json.
func mergePatches(e *rest.RequestScope) http.Handler {
	storage, _ := rest.As[rest.Updater](e.Storage)
	return e.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		p, err := read(c)
		if err != nil {
			return 0, nil, err
		}
		return c.AdmitAndUpdate(storage, p.name, &rest.Update{
			Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) { return p.NewObject(old) },
			Options: metav1.UpdateOptions{
				DryRun: p.options.DryRun, FieldManager: p.options.FieldManager, FieldValidation: p.options.FieldValidation,
			},
		})
	})
}
