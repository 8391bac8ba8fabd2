package controlplane_test

import (
	"flag"
	"slices"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/tools/racetest"
)

var update = flag.Bool("update", false, "write the traces of testdata/races anew")

// TestRaces plays the scripts of deletions on the server with the core group, over storages in memory that share one database.
func TestRaces(t *testing.T) {
	t.Parallel()
	racetest.Suite{Name: "controlplane", Scripts: "testdata/races/*.txtar", Update: *update, Open: func(t *testing.T) []racetest.Command {
		database := memory.NewDatabase()
		handler, err := controlplane.New(controlplane.Config{
			Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())},
			Groups: slices.DeleteFunc(controlplane.Groups(), func(g controlplane.Group) bool { return g.GroupVersion != corev1.SchemeGroupVersion }),
			Etcd:   &clientv3.Client{}, // never called: all storages are in memory
			Open: func(c etcd3.Config) storage.Interface {
				return racetest.Storage(memory.Open(memory.Config{NewFunc: c.NewFunc, Resource: c.Resource, Database: database}))
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		return racetest.HTTPCommands(t, handler)
	}}.Run(t)
}
