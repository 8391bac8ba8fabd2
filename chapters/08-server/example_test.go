package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	server "kubepath/chapters/08-server"
)

// The chain is a list in the order in which a request meets it. A filter that is nil costs nothing.
func ExampleGenericAPIServer_HandlerChain() {
	s, err := server.Config{}.New()
	if err != nil {
		fmt.Println(err)
	}
	for _, f := range s.HandlerChain() {
		if f.Filter != nil {
			fmt.Printf("%-14s %s\n", f.Name, f.Purpose)
		}
	}
	// Output:
	// request-id     gives the request its Audit-Id
	// unread-body    ends bodies that nobody reads
	// panic-recovery answers 500 where a handler panics
	// request-info   reads verb, group, resource and name
	// cache-control  forbids caches to keep answers
	// wait-group     counts, so that shutdown can wait
	// timeout        ends what takes too long with 504
	// max-in-flight  refuses overload with 429
}

// A later chapter supplies its filter.
func ExampleFilters() {
	readOnly := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet {
				http.Error(w, "this server is for reading", http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	s, err := server.Config{Filters: server.Filters{Authorization: readOnly}}.New()
	if err != nil {
		fmt.Println(err)
	}
	for _, method := range []string{"GET", "DELETE"} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(method, "/healthz", nil))
		fmt.Println(method, w.Code, w.Body)
	}
	// Output:
	// GET 200 ok
	// DELETE 403 this server is for reading
}

// The reasons of failed checks are for the log and for those who may ask for one check.
func ExampleGenericAPIServer_AddHealthCheck() {
	s, err := server.Config{}.New()
	if err != nil {
		fmt.Println(err)
	}
	err = s.AddHealthCheck(server.HealthCheck{Name: "etcd", Check: func(context.Context) error { return errors.New("no leader") }})
	if err != nil {
		fmt.Println(err)
	}
	for _, path := range []string{"/readyz", "/readyz/etcd", "/readyz?exclude=etcd"} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Printf("%s: %d\n%s\n", path, w.Code, w.Body)
	}
	// Output:
	// /readyz: 500
	// [+]ping ok
	// [+]log ok
	// [-]etcd failed: reason withheld
	// [+]shutdown ok
	// readyz check failed
	//
	// /readyz/etcd: 500
	// internal server error: no leader
	//
	// /readyz?exclude=etcd: 200
	// ok
}
