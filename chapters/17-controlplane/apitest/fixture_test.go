package apitest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/chapters/17-controlplane/componentstatus"
	"kubepath/internal/embedetcd"
)

// api is a server over one etcd, for all tests: each uses names of its own.
var api http.Handler

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	etcd, err := embedetcd.Start(context.Background(), embedetcd.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer etcd.Close()
	healthy := componentstatus.Component{Name: "etcd-0", Check: func(context.Context) (string, error) { return "ok", nil }}
	ill := componentstatus.Component{Name: "scheduler", Check: func(context.Context) (string, error) { return "", fmt.Errorf("connection refused") }}
	if api, err = controlplane.New(controlplane.Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: etcd.Client(),
		Settings: []any{componentstatus.Components{healthy, ill}},
	}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// ask sends a request and returns the code and the answer.
func ask(t testing.TB, method, path, body string) (int, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		r.Header.Set("Content-Type", "application/merge-patch+json")
	}
	api.ServeHTTP(w, r)
	answer := map[string]any{}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s %s: %s", method, path, w.Body)
	}
	return w.Code, answer
}

// made creates an object, which must succeed, and which goes with the test.
func made(t testing.TB, path, body string) map[string]any {
	t.Helper()
	code, answer := ask(t, http.MethodPost, path, body)
	if code != http.StatusCreated {
		t.Fatalf("POST %s: %d %v", path, code, answer["message"])
	}
	name, _ := at(answer, "metadata", "name").(string)
	t.Cleanup(func() { remove(path + "/" + name) })
	return answer
}

// remove deletes what is at path, in both steps where it is a namespace, and whatever holds it.
func remove(path string) {
	name := path[strings.LastIndex(path, "/")+1:]
	for _, step := range []struct{ method, path, mediaType, body string }{
		{http.MethodDelete, path, "application/json", ""},
		{http.MethodPut, path + "/finalize", "application/json", `{"metadata":{"name":"` + name + `"}}`},
		{http.MethodPatch, path, "application/merge-patch+json", `{"metadata":{"finalizers":null}}`},
	} {
		r := httptest.NewRequestWithContext(context.Background(), step.method, step.path, strings.NewReader(step.body))
		r.Header.Set("Content-Type", step.mediaType)
		api.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// at is the value at a path of names; nil where there is none.
func at(object map[string]any, path ...string) any {
	var value any = object
	for _, name := range path {
		fields, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = fields[name]
	}
	return value
}

// table asks for path as kubectl get -o wide does: the cells of each row under the names of the columns.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	api.ServeHTTP(w, r)
	var shown struct {
		ColumnDefinitions []struct{ Name string }
		Rows              []struct{ Cells []any }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &shown); err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, row := range shown.Rows {
		if len(row.Cells) != len(shown.ColumnDefinitions) {
			t.Fatalf("%s: %d cells under %d columns", path, len(row.Cells), len(shown.ColumnDefinitions))
		}
		cells := map[string]string{}
		for i, cell := range row.Cells {
			cells[shown.ColumnDefinitions[i].Name] = fmt.Sprint(cell)
		}
		rows = append(rows, cells)
	}
	return rows
}
