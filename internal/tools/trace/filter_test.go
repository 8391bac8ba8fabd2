package trace

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	server "kubepath/chapters/08-server"
)

// pathOf is the path of a request to a server without groups.
func pathOf(t *testing.T, c server.Config, url string) []Hop {
	t.Helper()
	recorder := &Recorder{}
	c.TracerProvider, c.WrapFilter = recorder.Provider(0), Filter
	s, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", url, nil))
	traces := recorder.Last(0)
	if len(traces) != 1 {
		t.Fatalf("%d traces of one request", len(traces))
	}
	return traces[0].Hops
}

func TestTheServersHopNamesTheFiltersThatActedAndNotTheTracer(t *testing.T) {
	t.Parallel()
	hops := pathOf(t, server.Config{}, "/version")
	if h := hops[0]; len(hops) != 1 || h.Func != "server.(*GenericAPIServer).ServeHTTP" || h.File != "chapters/08-server/chain.go" || h.Line == 0 {
		t.Errorf("hops are %+v, want the one that calls the chain", hops)
	}
	want := []string{"request-id", "request-info", "cache-control", "timeout", "max-in-flight"}
	if got := hops[0].Filters; !slices.Equal(got, want) {
		t.Errorf("filters that acted: %v, want %v", got, want)
	}
}

func TestAFilterThatAnsweredIsAHop(t *testing.T) {
	t.Parallel()
	hops := pathOf(t, server.Config{}, "/version?timeout=soon")
	if len(hops) != 2 || hops[1].Func != "server.(*GenericAPIServer).withTimeout" || hops[1].Depth != 1 || hops[0].Out != "400 Bad Request" {
		t.Errorf("hops are %+v, want the server and its limit of time", hops)
	}
	if slices.Contains(hops[0].Filters, "timeout") {
		t.Errorf("the filter that answered is among those that passed the request on: %v", hops[0].Filters)
	}
}

// passOn is a filter that changes nothing.
func passOn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r) })
}

func TestAFilterFromElsewhereIsAHopAlways(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]server.Config{
		"in a place of the chain": {Filters: server.Filters{Custom: passOn}},
		"placed by name":          {InsertedFilters: []server.InsertedFilter{{NamedFilter: server.NamedFilter{Name: "mine", Filter: passOn}, Before: "trace"}, {NamedFilter: server.NamedFilter{Name: "inner", Filter: passOn}, After: "custom"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hops := pathOf(t, c, "/version")
			if len(hops) != 2 || hops[1].Func != "trace.passOn" || !strings.HasPrefix(hops[1].Out, "200 OK") {
				t.Errorf("hops are %+v, want the server and the filter", hops)
			}
		})
	}
}
