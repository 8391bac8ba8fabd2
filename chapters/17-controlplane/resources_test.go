package controlplane

import (
	"slices"
	"strings"
	"testing"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
)

// TestTheRESTMapperKnowsWhatIsServed compares the names that the table gives without a server with discovery.
func TestTheRESTMapperKnowsWhatIsServed(t *testing.T) {
	t.Parallel()
	var served, known []string
	api := newServer(t, Config{Etcd: newEtcd(t), Server: server.Config{}})
	for _, g := range Groups() {
		_, list := ask(t, api, "GET", kinds.GroupVersionPath(g.GroupVersion), "")
		for _, r := range list["resources"].([]any) {
			entry := r.(map[string]any)
			if name := entry["name"].(string); !strings.Contains(name, "/") {
				scope := map[any]string{true: "namespaced", false: "cluster"}[entry["namespaced"]]
				served = append(served, strings.Join([]string{g.String(), entry["kind"].(string), name, entry["singularName"].(string), scope, words(entry["shortNames"])}, " "))
			}
		}
	}
	for _, r := range RESTMapper().Resources() {
		scope := map[bool]string{true: "namespaced", false: "cluster"}[r.Namespaced]
		known = append(known, strings.Join([]string{r.Kind.GroupVersion().String(), r.Kind.Kind, r.Name, r.Singular, scope, strings.Join(r.ShortNames, ",")}, " "))
	}
	slices.Sort(served)
	slices.Sort(known)
	for _, line := range served {
		if !slices.Contains(known, line) {
			t.Errorf("served and not known: %s", line)
		}
	}
	for _, line := range known {
		if !slices.Contains(served, line) {
			t.Errorf("known and not served: %s", line)
		}
	}
}

func words(list any) string {
	var all []string
	for _, word := range asList(list) {
		all = append(all, word.(string))
	}
	return strings.Join(all, ",")
}

func asList(v any) []any { list, _ := v.([]any); return list }
