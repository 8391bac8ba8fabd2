package exercise

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	installer "kubepath/chapters/03-installer"
)

func TestAStorageThatCanBeReadGetsTheRow(t *testing.T) {
	t.Parallel()
	for _, r := range rows(t, &library{}) {
		if r.Name != "configmaps" {
			continue
		}
		if len(r.Verbs) != 1 {
			t.Fatalf("a storage with the method Get has %d rows, expected the one called get: what does Supported ask for?", len(r.Verbs))
		}
		if v := r.Verbs[0]; v.On != installer.Item || !slices.Equal(v.Methods, []string{http.MethodGet}) {
			t.Errorf("the row is %q on target %d, expected GET on an item: pods/{name}", v.Methods, v.On)
		}
	}
}

func TestAStorageThatCannotBeReadHasNoSuchRoute(t *testing.T) {
	t.Parallel()
	for _, r := range rows(t, &library{}) {
		if r.Name == "secrets" && len(r.Verbs) != 0 {
			t.Errorf("a storage without Get has the verb %s: its handler would have nothing to call, and discovery would lie", r.Verbs[0].Name)
		}
	}
}

func TestAnObjectIsRead(t *testing.T) {
	t.Parallel()
	w, _ := ask(t, &library{}, path+"greeting")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"text":"hello"`) {
		t.Errorf("GET %sgreeting is answered with %d %s; expected 200 and the ConfigMap that the storage returned", path, w.Code, w.Body)
	}
	if kind := `"kind":"ConfigMap","apiVersion":"v1"`; !strings.Contains(w.Body.String(), kind) {
		t.Errorf("expected %s in %s: RequestScope.Handler writes it, if the object is returned to it", kind, w.Body)
	}
}

func TestTheNameOfThePathReachesTheStorage(t *testing.T) {
	t.Parallel()
	l := &library{}
	ask(t, l, path+"nobody")
	if l.name != "nobody" {
		t.Errorf("the storage was asked for %q, expected nobody, the last segment of the path", l.name)
	}
}

func TestTheNamespaceOfThePathReachesTheStorage(t *testing.T) {
	t.Parallel()
	l := &library{}
	ask(t, l, path+"greeting")
	if l.namespace != "london" {
		t.Errorf("the storage found namespace %q in its context, expected london: the call has a context of its own", l.namespace)
	}
}

func TestTheOptionsOfTheQueryReachTheStorage(t *testing.T) {
	t.Parallel()
	l := &library{}
	ask(t, l, path+"greeting?resourceVersion=7")
	if l.version != "7" {
		t.Errorf("?resourceVersion=7 came to the storage as %q: the client's options are in the query", l.version)
	}
}

func TestANameThatNoPathCanHoldIsRefused(t *testing.T) {
	t.Parallel()
	l := &library{}
	w, status := ask(t, l, path+"a%25b")
	const want = `Name parameter invalid: "a%b": may not contain '%'`
	if w.Code != http.StatusBadRequest || status.Message != want {
		t.Errorf("the name a%%b is answered with %d %q, expected 400 %q, from the call's own check", w.Code, status.Message, want)
	}
	if l.name != "" {
		t.Errorf("the storage was asked for %q: a name is checked before it becomes part of a key", l.name)
	}
}

func TestTheStoragesErrorIsTheAnswer(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]int{"nobody": http.StatusNotFound, "broken": http.StatusConflict} {
		w, status := ask(t, &library{}, path+name)
		if w.Code != code || int(status.Code) != code {
			t.Errorf("GET %s%s is answered with %d, expected %d and the storage's Status: return its error as it is. %s",
				path, name, w.Code, code, w.Body)
		}
	}
}

func TestKubectlGetsATable(t *testing.T) {
	t.Parallel()
	w, _ := ask(t, &library{}, path+"greeting", "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"kind":"Table"`) {
		t.Errorf("as=Table is answered with %d %s; expected a Table, which RequestScope.Handler makes of a returned object", w.Code, w.Body)
	}
}
