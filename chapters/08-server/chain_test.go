package server

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
)

func TestARequestMeetsTheFiltersInKubeAPIServersOrder(t *testing.T) {
	t.Parallel()
	var met []string
	at := func(name string) Filter {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				met = append(met, name)
				next.ServeHTTP(w, r)
			})
		}
	}
	s := newServer(t, Config{Filters: Filters{
		Authorization: at("authorization"), Impersonation: at("impersonation"), Audit: at("audit"), Authentication: at("authentication"),
	}})
	ask(s, "GET", "/version")
	if want := []string{"authentication", "audit", "impersonation", "authorization"}; !slices.Equal(met, want) {
		t.Errorf("met %v, want %v", met, want)
	}
	var names []string
	for _, f := range s.HandlerChain() {
		names = append(names, f.Name)
	}
	want := []string{"trace", "request-id", "unread-body", "panic-recovery", "request-info", "http-log", "cache-control", "wait-group",
		"timeout", "authentication", "audit", "impersonation", "max-in-flight", "authorization", "custom"}
	if !slices.Equal(names, want) {
		t.Errorf("the chain is %v, want %v", names, want)
	}
}

func TestAFilterIsPlacedByTheNameOfItsNeighbour(t *testing.T) {
	t.Parallel()
	var met []string
	at := func(name string) NamedFilter {
		return NamedFilter{Name: name, Purpose: "notes", Filter: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				met = append(met, name)
				next.ServeHTTP(w, r)
			})
		}}
	}
	s := newServer(t, Config{InsertedFilters: []InsertedFilter{
		{NamedFilter: at("last"), After: "custom"}, {NamedFilter: at("first"), Before: "request-id"},
		{NamedFilter: at("fairness"), After: "max-in-flight"}, {NamedFilter: at("queue"), Before: "fairness"},
	}})
	ask(s, "GET", "/version")
	if want := []string{"first", "queue", "fairness", "last"}; !slices.Equal(met, want) {
		t.Errorf("met %v, want %v", met, want)
	}
	index := func(name string) int {
		return slices.IndexFunc(s.HandlerChain(), func(p NamedFilter) bool { return p.Name == name })
	}
	if i := index("max-in-flight"); index("queue") != i+1 || index("fairness") != i+2 || index("authorization") != i+3 {
		t.Errorf("the chain is %v", s.HandlerChain())
	}
	for want, inserted := range map[string]InsertedFilter{
		`filter "x": the chain has no filter "nowhere"`:                                           {NamedFilter: at("x"), Before: "nowhere"},
		`filter "timeout": the chain has a filter of that name`:                                   {NamedFilter: at("timeout"), Before: "audit"},
		`filter "x": it needs a name, and the name of the filter before or after which it stands`: {NamedFilter: at("x")},
	} {
		if _, err := (Config{InsertedFilters: []InsertedFilter{inserted}}).New(); err == nil || err.Error() != want {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}

func TestEmptyPlacesHaveNoFilter(t *testing.T) {
	t.Parallel()
	for _, f := range newServer(t, Config{}).HandlerChain() {
		switch f.Name {
		case "trace", "http-log", "authentication", "audit", "impersonation", "authorization", "custom":
			if f.Filter != nil {
				t.Errorf("%s has a filter that nobody asked for", f.Name)
			}
		default:
			if f.Filter == nil {
				t.Errorf("%s is empty", f.Name)
			}
		}
	}
}

func TestEachRequestHasAName(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	first, second := ask(s, "GET", "/version").Header.Get("Audit-Id"), ask(s, "GET", "/version").Header.Get("Audit-Id")
	if id, err := uuid.Parse(first); err != nil || id.Version() != 4 || first == second {
		t.Errorf("names are %q and %q, want two random UUIDs", first, second)
	}
}

func TestAClientMayNameItsRequest(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	var seen string
	s.Handle("/seen", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = AuditID(r) }))
	answer := askWith(s, "/seen", http.Header{"Audit-Id": {"mine"}})
	if got := answer.Header.Get("Audit-Id"); got != "mine" || seen != "mine" {
		t.Errorf("the answer says %q and the handler saw %q, want the client's own", got, seen)
	}
}

func TestAnswersAreNotForCaches(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	s.Handle("/cached", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Cache-Control", "public") }))
	for path, want := range map[string]string{"/version": "no-cache, private", "/none": "no-cache, private", "/cached": "public"} {
		if got := ask(s, "GET", path).Header.Values("Cache-Control"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: Cache-Control %q, want %q", path, got, want)
		}
	}
}

func TestTheAccessLogTellsWhatBecameOfARequest(t *testing.T) {
	t.Parallel()
	var entries []HTTPLogEntry
	s := newServer(t, Config{HTTPLog: func(e HTTPLogEntry) { entries = append(entries, e) }})
	s.HandlePrefix("/api/v1/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			panic("no")
		}
		w.WriteHeader(http.StatusCreated)
		w.Write([]byte("four"))
	}))
	for _, row := range []struct {
		method, verb string
		status       int
		bytes        int64
	}{
		{"POST", "create", 201, 4},
		{"GET", "list", 201, 4},
		{"DELETE", "deletecollection", 500, 0},
	} {
		entries = nil
		ask(s, row.method, "/api/v1/pods?x=y")
		if len(entries) != 1 {
			t.Fatalf("%s: %d entries, want one", row.method, len(entries))
		}
		e := entries[0]
		if e.Method != row.method || e.Verb != row.verb || e.Status != row.status || e.Bytes != row.bytes || e.URI != "/api/v1/pods?x=y" || e.AuditID == "" {
			t.Errorf("%s: %+v", row.method, e)
		}
	}
}
