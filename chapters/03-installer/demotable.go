package installer

import (
	"fmt"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The table that the demo and the tests install. Chapter 4 will make such rows from storages; here the handlers only
// say who they are.

func handleGet(w http.ResponseWriter, r *http.Request)    { introduce(w, r, "handleGet") }
func handleList(w http.ResponseWriter, r *http.Request)   { introduce(w, r, "handleList") }
func handleWatch(w http.ResponseWriter, r *http.Request)  { introduce(w, r, "handleWatch") }
func handleCreate(w http.ResponseWriter, r *http.Request) { introduce(w, r, "handleCreate") }
func handleUpdate(w http.ResponseWriter, r *http.Request) { introduce(w, r, "handleUpdate") }
func handlePatch(w http.ResponseWriter, r *http.Request)  { introduce(w, r, "handlePatch") }
func handleDelete(w http.ResponseWriter, r *http.Request) { introduce(w, r, "handleDelete") }
func handleDeleteCollection(w http.ResponseWriter, r *http.Request) {
	introduce(w, r, "handleDeleteCollection")
}
func handleConnect(w http.ResponseWriter, r *http.Request) { introduce(w, r, "handleConnect") }

func introduce(w http.ResponseWriter, r *http.Request, name string) {
	fmt.Fprintf(w, "%s serves %s %s", name, r.Method, r.URL.Path)
}

var patchTypes = []string{
	"application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
	"application/apply-patch+yaml", "application/apply-patch+cbor",
}

var (
	getRow    = row("get", "GET", Item, handleGet)
	listRow   = Verb{Name: "list", Methods: []string{"GET"}, AllNamespaces: true, Handler: http.HandlerFunc(handleList)}
	watchRow  = Verb{Name: "watch", Methods: []string{"GET"}, AllNamespaces: true, When: WantsWatch, Handler: http.HandlerFunc(handleWatch)}
	createRow = row("create", "POST", Collection, handleCreate)
	updateRow = row("update", "PUT", Item, handleUpdate)
	patchRow  = Verb{Name: "patch", Methods: []string{"PATCH"}, On: Item, Handler: http.HandlerFunc(handlePatch), Accepts: patchTypes}
	deleteRow = row("delete", "DELETE", Item, handleDelete)

	deleteCollectionRow = row("deletecollection", "DELETE", Collection, handleDeleteCollection)

	oldWatchRow  = Verb{Name: "watch", Methods: []string{"GET"}, AllNamespaces: true, Prefix: "watch", Handler: http.HandlerFunc(handleWatch)}
	oldWatchItem = Verb{Name: "watch", Methods: []string{"GET"}, On: Item, Prefix: "watch", Handler: http.HandlerFunc(handleWatch)}

	execRow  = connectRow(Item, "GET", "POST")
	proxyRow = connectRow(ItemPath, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

	standard = []Verb{
		listRow, watchRow, createRow, deleteCollectionRow, oldWatchRow, getRow, updateRow, patchRow, deleteRow, oldWatchItem,
	}
)

func row(name, method string, on Target, handle http.HandlerFunc) Verb {
	return Verb{Name: name, Methods: []string{method}, On: on, Handler: handle}
}

func connectRow(on Target, methods ...string) Verb {
	return Verb{
		Name: "connect", Methods: methods, On: on, Discovered: ConnectVerb,
		Handler: http.HandlerFunc(handleConnect), Returns: []string{"*/*"},
	}
}

// podRows are a resource with its subresources, one of another kind and one of another group.
func podRows() []Resource {
	pod := corev1.SchemeGroupVersion.WithKind("Pod")
	eviction := schema.GroupVersionKind{Group: "policy", Version: "v1", Kind: "Eviction"}
	exec := corev1.SchemeGroupVersion.WithKind("PodExecOptions")
	return []Resource{
		{
			Name: "pods", Kind: pod, Namespaced: true, Verbs: standard, StorageKind: pod,
			Singular: "pod", ShortNames: []string{"po"}, Categories: []string{"all"},
		},
		{Name: "pods", Subresource: "eviction", Kind: eviction, Namespaced: true, Verbs: []Verb{createRow}},
		{Name: "pods", Subresource: "exec", Kind: exec, Namespaced: true, Verbs: []Verb{execRow}},
		{Name: "pods", Subresource: "status", Kind: pod, Namespaced: true, Verbs: []Verb{getRow, updateRow, patchRow}},
	}
}
