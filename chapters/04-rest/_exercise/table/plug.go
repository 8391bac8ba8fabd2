package exercise

import (
	"net/http"

	rest "kubepath/chapters/04-rest"
	"kubepath/internal/exercise"
)

var _ rest.TableConvertor = Table{}

// Plug shows ConfigMaps by your Table, wherever they are read.
func Plug() exercise.Plug {
	var rows []rest.Verb
	for _, row := range rest.Verbs() {
		if row.Method == http.MethodGet {
			rows = append(rows, withTable(row))
		}
	}
	return exercise.Plug{Verbs: rows}
}

// withTable is the same row, whose endpoints of ConfigMaps have your Table.
func withTable(row rest.Verb) rest.Verb {
	handle := row.Handle
	row.Handle = func(e *rest.Endpoint) http.Handler {
		if e.Kind.Kind == "ConfigMap" {
			mine := *e
			mine.Tables = Table{}
			e = &mine
		}
		return handle(e)
	}
	return row
}
