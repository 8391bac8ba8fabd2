package watch

import (
	"slices"
	"testing"
)

// A watch with a selector shows a world in which only what matches exists. A watch without one sees where each change
// ends.
func TestASelectorMakesItsOwnEventsOfChanges(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	selective, all := a.watch(pods+"?watch=true&labelSelector=app%3Dweb"), a.watch(pods+"?watch=true")
	const web, other = `"app":"web"`, `"app":"api"`
	for _, row := range []struct {
		claim, method, path, body string
		sees                      string // the selective watch
	}{
		{"what begins to exist and matches is ADDED", "POST", pods, pod("a", web), "ADDED a"},
		{"what begins to exist and does not match is not seen", "POST", pods, pod("b", other), ""},
		{"what matched and still does is MODIFIED", "PUT", pods + "/a", pod("a", web, `"tier":"front"`), "MODIFIED a"},
		{"a write that changes nothing is no event", "PUT", pods + "/a", pod("a", web, `"tier":"front"`), "-"},
		{"what ceases to match is DELETED", "PUT", pods + "/a", pod("a", other), "DELETED a"},
		{"what did not match and still does not is not seen", "PUT", pods + "/a", pod("a", `"app":"x"`), ""},
		{"what begins to match is ADDED", "PUT", pods + "/b", pod("b", web), "ADDED b"},
		{"what matches and ends is DELETED", "DELETE", pods + "/b?gracePeriodSeconds=0", "", "DELETED b"},
		{"what does not match and ends is not seen", "DELETE", pods + "/a?gracePeriodSeconds=0", "", ""},
	} {
		version := a.send(row.method, row.path, row.body)
		if row.sees == "-" {
			continue
		}
		change := all.next()
		if row.sees == "" {
			continue // what the selective watch sees next says that it did not see this
		}
		got := selective.next()
		if got.String() != row.sees {
			t.Errorf("%s: got %s, want %s", row.claim, got, row.sees)
		}
		if at := got.Object.Metadata.ResourceVersion; at != change.Object.Metadata.ResourceVersion || version != "" && row.method != "DELETE" && at != version {
			t.Errorf("%s: the event is at %s, the change at %s", row.claim, at, change.Object.Metadata.ResourceVersion)
		}
	}
	a.send("POST", pods, pod("z", web))
	selective.sees("ADDED z")
}

func TestWhatCeasedToMatchIsShownAsItWasWhenItDid(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	s := a.watch(pods + "?watch=true&labelSelector=app")
	a.send("POST", pods, pod("a", `"app":"web"`))
	version := a.send("PUT", pods+"/a", pod("a", `"tier":"front"`))
	s.sees("ADDED a")
	gone := s.next().Object.Metadata
	if gone.Labels["app"] != "web" || gone.ResourceVersion != version {
		t.Errorf("got labels %v at %s, want those before the change at %s", gone.Labels, gone.ResourceVersion, version)
	}
}

func TestSelectorsOfEveryKindSelect(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]string{
		"labelSelector=app":                                        {"a", "b"},
		"labelSelector=!app":                                       {"c"},
		"labelSelector=app+in+(web,db)":                            {"a"},
		"labelSelector=app!=web":                                   {"b", "c"},
		"fieldSelector=metadata.name=b":                            {"b"},
		"fieldSelector=metadata.name!=b":                           {"a", "c"},
		"fieldSelector=metadata.namespace=default&labelSelector=x": nil,
	} {
		a := serve(t, Config{})
		a.send("POST", pods, pod("a", `"app":"web"`))
		a.send("POST", pods, pod("b", `"app":"api"`))
		a.send("POST", pods, pod("c"))
		s := a.watch(pods + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&" + query)
		var got []string
		for f := s.next(); f.Type != "BOOKMARK"; f = s.next() {
			got = append(got, f.Object.Metadata.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", query, got, want)
		}
	}
}
