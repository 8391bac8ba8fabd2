package apitest_test

import (
	"net/http"
	"reflect"
	"testing"
)

const namespaces = core + "/namespaces"

func TestANamespaceIsDeletedInTwoSteps(t *testing.T) {
	t.Parallel()
	made(t, namespaces, `{"metadata":{"name":"two-steps"}}`)
	path := namespaces + "/two-steps"
	for _, step := range []string{"the first delete begins", "the second changes nothing"} {
		code, answer := ask(t, http.MethodDelete, path, "")
		if code != http.StatusOK || at(answer, "status", "phase") != "Terminating" || at(answer, "metadata", "deletionTimestamp") == nil {
			t.Fatalf("%s: %d %v", step, code, answer)
		}
	}
	_, emptied := ask(t, http.MethodPut, path+"/finalize", `{"metadata":{"name":"two-steps"},"spec":{"finalizers":[]}}`)
	if at(emptied, "spec", "finalizers") != nil {
		t.Fatalf("finalize left %v", emptied)
	}
	if code, _ := ask(t, http.MethodGet, path, ""); code != http.StatusNotFound {
		t.Errorf("without finalizers it is still there: %d", code)
	}
}

func TestFinalizersOfAnotherKindHoldANamespaceToo(t *testing.T) {
	t.Parallel()
	made(t, namespaces, `{"metadata":{"name":"held","finalizers":["example.com/mine"]}}`)
	path := namespaces + "/held"
	ask(t, http.MethodDelete, path, "")
	ask(t, http.MethodPut, path+"/finalize", `{"metadata":{"name":"held","finalizers":["example.com/mine"]},"spec":{"finalizers":[]}}`)
	if code, _ := ask(t, http.MethodGet, path, ""); code != http.StatusOK {
		t.Fatalf("it went with a finalizer in its metadata: %d", code)
	}
	ask(t, http.MethodPatch, path, `{"metadata":{"finalizers":null}}`)
	if code, _ := ask(t, http.MethodGet, path, ""); code != http.StatusNotFound {
		t.Errorf("without finalizers it is still there: %d", code)
	}
}

func TestADeletedNamespaceMustBeTheOneThatIsMeant(t *testing.T) {
	t.Parallel()
	made(t, namespaces, `{"metadata":{"name":"meant"}}`)
	code, answer := ask(t, http.MethodDelete, namespaces+"/meant", `{"preconditions":{"uid":"another"}}`)
	if code != http.StatusConflict {
		t.Errorf("%d %v", code, answer)
	}
	code, answer = ask(t, http.MethodDelete, namespaces+"/meant?dryRun=All", "")
	if at(answer, "status", "phase") != "Terminating" {
		t.Errorf("a dry run tells what would happen: %d %v", code, answer)
	}
	if _, answer = ask(t, http.MethodGet, namespaces+"/meant", ""); at(answer, "status", "phase") != "Active" {
		t.Errorf("a dry run changes nothing: %v", answer)
	}
}

func TestANamespaceKeepsItsPhaseAndItsFinalizers(t *testing.T) {
	t.Parallel()
	made(t, namespaces, `{"metadata":{"name":"kept"},"spec":{"finalizers":["example.com/a"]},"status":{"phase":"Terminating"}}`)
	_, answer := ask(t, http.MethodPut, namespaces+"/kept", `{"metadata":{"name":"kept"}}`)
	if at(answer, "status", "phase") != "Active" || !reflect.DeepEqual(at(answer, "spec", "finalizers"), []any{"example.com/a", "kubernetes"}) {
		t.Errorf("%v", answer)
	}
	if at(answer, "metadata", "labels", "kubernetes.io/metadata.name") != "kept" {
		t.Errorf("a PUT takes the label with the name: %v", answer)
	}
}

func TestAllNamespacesCannotBeDeletedAtOnce(t *testing.T) {
	t.Parallel()
	if code, _ := ask(t, http.MethodDelete, namespaces, ""); code != http.StatusMethodNotAllowed {
		t.Error(code)
	}
}

func TestFinalizeCanOnlyBeUpdated(t *testing.T) {
	t.Parallel()
	made(t, namespaces, `{"metadata":{"name":"only"}}`)
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
		if code, _ := ask(t, method, namespaces+"/only/finalize", `{}`); code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, code)
		}
	}
}
