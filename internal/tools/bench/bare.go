package main

import (
	"io"
	"net/http"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Where the bare server answers: net/http, one request to etcd, and the bytes as they lie there. It is what HTTP costs
// anyway.
const (
	bareGet    = "/bare/get"
	bareCreate = "/bare/create"
	bareList   = "/bare/list"
)

// beside serves the bare server next to the real one.
func (s *subject) beside(api http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", api)
	mux.HandleFunc(bareGet, func(w http.ResponseWriter, r *http.Request) {
		s.send(w, r, "/registry/configmaps/read/one")
	})
	mux.HandleFunc(bareList, func(w http.ResponseWriter, r *http.Request) {
		s.send(w, r, "/registry/configmaps/full/", clientv3.WithPrefix())
	})
	mux.HandleFunc(bareCreate, func(w http.ResponseWriter, r *http.Request) {
		value, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		key := "/registry/configmaps/barehttp/" + s.fresh()
		_, err = s.client.Txn(r.Context()).If(clientv3.Compare(clientv3.ModRevision(key), "=", 0)).
			Then(clientv3.OpPut(key, string(value))).Commit()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(value) // the client is gone if this fails
	})
	return mux
}

func (s *subject) send(w http.ResponseWriter, r *http.Request, key string, opts ...clientv3.OpOption) {
	found, err := s.client.Get(r.Context(), key, opts...)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for _, kv := range found.Kvs {
		_, _ = w.Write(kv.Value) // as above
	}
}
