package exercise

import (
	"context"
	"net/http"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/rand"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
	"kubepath/internal/tools/exercise"
)

// Plug has your Namer stand between the handler of POST and the storage of each resource: chapter 4's row create, whose
// endpoint has another storage.
func Plug() exercise.Plug {
	var rows []rest.Verb
	for _, row := range rest.Verbs() {
		if row.Name == "create" && row.On == installer.Collection {
			rows = append(rows, named(row))
		}
	}
	return exercise.Plug{Verbs: rows}
}

func named(row rest.Verb) rest.Verb {
	handle := row.Handle
	row.Handle = func(scope *rest.RequestScope) http.Handler {
		creater, _ := rest.As[rest.Creater](scope.Storage)
		own := *scope
		own.Storage = namedStorage{scope.Storage, Namer{Creater: creater, Random: rand.String}}
		return handle(&own)
	}
	return row
}

// namedStorage is a storage whose Create is the Namer's.
type namedStorage struct {
	rest.Storage
	namer Namer
}

func (s namedStorage) Create(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	return s.namer.Create(ctx, obj, options)
}
