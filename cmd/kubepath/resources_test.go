package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// discovered is what a server offers: what discovery says of each resource, by "group/version name".
type discovered map[string]string

// row is how testdata/resources-v1.36.txt writes one resource.
func row(r *metav1.APIResource) string {
	kind := strings.TrimLeft(r.Group+"/"+r.Version+"/"+r.Kind, "/")
	if r.Group == "" && r.Version != "" {
		kind = r.Version + "/" + r.Kind
	}
	scope := "cluster"
	if r.Namespaced {
		scope = "namespaced"
	}
	list := func(words []string) string { return cmp.Or(strings.Join(words, ","), "-") }
	return strings.Join([]string{cmp.Or(r.SingularName, "-"), list(r.ShortNames), scope, kind, list(r.Verbs), list(r.Categories),
		cmp.Or(r.StorageVersionHash, "-")}, " ")
}

// ours asks the server.
func ours(t *testing.T, url string) discovered {
	t.Helper()
	read := func(path string, into any) {
		t.Helper()
		status, body := send(t, http.MethodGet, url+path, "", nil)
		if status != http.StatusOK {
			t.Fatalf("GET %s: %d", path, status)
		}
		if err := json.Unmarshal(body, into); err != nil {
			t.Fatal(err)
		}
	}
	var groups metav1.APIGroupList
	read("/apis", &groups)
	versions := []string{"/api/v1"}
	for _, g := range groups.Groups {
		for _, v := range g.Versions {
			versions = append(versions, "/apis/"+v.GroupVersion)
		}
	}
	found := discovered{}
	for _, path := range versions {
		var list metav1.APIResourceList
		read(path, &list)
		for _, r := range list.APIResources {
			found[list.GroupVersion+" "+r.Name] = row(&r)
		}
	}
	return found
}

// theirs is what kube-apiserver v1.36 says.
func theirs(t *testing.T) discovered {
	t.Helper()
	text, err := os.ReadFile("testdata/resources-v1.36.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := discovered{}
	for line := range strings.Lines(string(text)) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 3)
		found[words[0]+" "+words[1]] = words[2]
	}
	return found
}

var (
	resourceRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ((?:`[^`]+`,? ?)+) \\| (missing|more|other)")
	quoted      = regexp.MustCompile("`([^`]+)`")
)

// listed is what docs/differences.md says: "missing", "more" or "other" by "group/version name".
func listed(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/differences.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, line := range resourceRow.FindAllStringSubmatch(string(text), -1) {
		for _, name := range quoted.FindAllStringSubmatch(line[2], -1) {
			found[line[1]+" "+name[1]] = line[3]
		}
	}
	return found
}

func TestDiscoveryDiffersFromKubeAPIServersAsTheTextSays(t *testing.T) {
	t.Parallel()
	us, them := ours(t, serve(t).url), theirs(t)
	got := map[string]string{}
	for name, said := range them {
		switch has, ok := us[name]; {
		case !ok:
			got[name] = "missing"
		case has != said:
			got[name] = "other"
			t.Logf("%s\nkube-apiserver %s\nkubepath       %s", name, said, has)
		}
	}
	for name := range us {
		if _, ok := them[name]; !ok {
			got[name] = "more"
		}
	}
	want := listed(t)
	for _, name := range slices.Sorted(maps.Keys(union(got, want))) {
		if got[name] != want[name] {
			t.Errorf("%s is %s, and docs/differences.md says %s", name, cmp.Or(got[name], "as in kube-apiserver"),
				cmp.Or(want[name], "nothing of it"))
		}
	}
}

func union(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
