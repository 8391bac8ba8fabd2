package atlas_test

import (
	"bytes"
	"strings"
	"testing"

	"kubepath/internal/tools/atlas"
	"kubepath/internal/tools/symbols"
)

func TestEveryConceptOfTheLiteratureIsFoundFirst(t *testing.T) {
	t.Parallel()
	for words, concept := range map[string]string{
		"group": "group", "version": "version", "type": "type", "kind": "kind", "resource": "resource",
		"GVR": "group version resource", "GVK": "group version kind", "RESTMapper": "RESTMapper", "scheme": "scheme",
		"codec": "codec", "APIGroupInfo": "APIGroupInfo", "APIGroupVersion": "APIGroupVersion",
		"APIInstaller": "APIInstaller", "action": "action", "WebService": "WebService", "route": "route",
		"Storage": "Storage", "StandardStorage": "StandardStorage", "strategy": "strategy", "Store": "Store",
		"key function": "key function", "storage.Interface": "storage.Interface", "out-pointer": "out-pointer",
		"resourceVersion": "resource version", "optimistic concurrency": "optimistic concurrency",
		"handler chain": "handler chain", "StorageDestinations": "StorageDestinations",
		"spec and status": "spec and status", "subresource": "subresource", "PodStorage": "PodStorage",
		"watch cache": "watch cache",
	} {
		found := atlas.Find(atlas.Rows(), strings.Fields(words)...)
		if len(found.Rows) == 0 || found.Rows[0].Concept != concept {
			t.Errorf("%q finds %+v first, not %q", words, found.Rows[:min(1, len(found.Rows))], concept)
		}
	}
}

func TestAWordIsFoundAtTheBeginningOfWordsAndAnywhereInSymbols(t *testing.T) {
	t.Parallel()
	rows := []atlas.Row{
		{Concept: "target", Is: "A target.", Upstream: "k8s.io/x.Target", More: "Nothing."},
		{Concept: "reading", Is: "Gets one.", Upstream: "k8s.io/x.Reader", More: "Nothing."},
		{Concept: "Getter", Is: "Reads.", Upstream: "k8s.io/x.Reader", More: "Nothing."},
	}
	found := atlas.Find(rows, "get")
	if len(found.Rows) != 2 || found.Rows[0].Concept != "Getter" || found.Rows[1].Concept != "target" {
		t.Errorf("get finds %+v", found.Rows)
	}
	if len(found.Mention) != 1 || found.Mention[0].Concept != "reading" {
		t.Errorf("get is mentioned in %+v", found.Mention)
	}
	if found := atlas.Find(rows, "nothing"); len(found.Rows) != 3 || found.Mention != nil {
		t.Errorf("a word that is only mentioned finds %+v", found)
	}
	if found := atlas.Find(rows, "absent"); found.Rows != nil {
		t.Errorf("absent finds %+v", found.Rows)
	}
}

func TestDetailsHaveLinesAndLinks(t *testing.T) {
	t.Parallel()
	index, err := symbols.Open("")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s := atlas.Screen{Width: 80, Links: true, Index: index}
	if err := atlas.PrintFound(&out, atlas.Find(atlas.Rows(), "StandardStorage"), s); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"StandardStorage", "chapter 4 rest", "k8s.io/apiserver/pkg/registry/rest.StandardStorage",
		"\x1b]8;;file://" + index.Path("chapters/04-rest/storage.go") + "#", "chapters/04-rest/storage.go:",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the details lack %q:\n%q", want, out.String())
		}
	}
}
