package controlplane

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	"kubepath/internal/demo"
	"kubepath/internal/embedetcd"
)

// Demo creates an object of every resource in the table, through the whole server, and reads etcd's keys.
func Demo(ctx context.Context, s *demo.Stage) (err error) {
	etcd, err := embedetcd.Start(ctx, embedetcd.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, etcd.Close()) }()
	api, err := New(Config{Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: etcd.Client()})
	if err != nil {
		return err
	}
	s.Title("The table: one row a resource, and here are some of them")
	for _, r := range demoRows() {
		s.Show("%-15s %-14s below /registry%s", r.Name, r.Kind, r.Key())
	}
	s.Title("An object of each, through the whole server")
	for g, r := range demoRows() {
		path := collectionPath(g, r)
		s.Show("POST %-56s %d", path, post(ctx, api, path, manifest(g, r)))
	}
	s.Title("What lies in etcd now: irregular keys are as old as Kubernetes")
	found, err := etcd.Client().Get(ctx, "/registry/", clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return err
	}
	for _, kv := range found.Kvs {
		s.Show("%s", kv.Key)
	}
	s.Say("Nodes were once minions, and services share their folder with endpoints.")
	return nil
}

// demoRows are rows of the table whose objects need no more than a name.
func demoRows() iter.Seq2[Group, Resource] {
	shown := []string{"configmaps", "namespaces", "nodes", "secrets", "serviceaccounts", "endpoints", "leases", "ingressclasses"}
	return func(yield func(Group, Resource) bool) {
		for _, g := range Groups() {
			for _, r := range g.Resources {
				if slices.Contains(shown, r.Name) && !yield(g, r) {
					return
				}
			}
		}
	}
}

// collectionPath is where objects of the resource are created.
func collectionPath(g Group, r Resource) string {
	path := "/api/" + g.Version
	if g.Group != "" {
		path = "/apis/" + g.Group + "/" + g.Version
	}
	if r.Strategy.NamespaceScoped() {
		path += "/namespaces/default"
	}
	return path + "/" + r.Name
}

func manifest(g Group, r Resource) string {
	return fmt.Sprintf(`{"apiVersion":%q,"kind":%q,"metadata":{"name":"sample"}}`, g.GroupVersion.String(), r.Kind)
}

func post(ctx context.Context, api http.Handler, path, body string) int {
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	api.ServeHTTP(w, r)
	return w.Code
}
