package installer

import (
	"fmt"
	"net/http"

	corev1 "k8s.io/api/core/v1"
)

// The table that the demo and the tests install. Chapter 4 will make such rows from storages; here the handlers only
// say who they are.

func serveGet(w http.ResponseWriter, r *http.Request)    { introduce(w, r, "serveGet") }
func serveList(w http.ResponseWriter, r *http.Request)   { introduce(w, r, "serveList") }
func serveWatch(w http.ResponseWriter, r *http.Request)  { introduce(w, r, "serveWatch") }
func serveCreate(w http.ResponseWriter, r *http.Request) { introduce(w, r, "serveCreate") }
func serveUpdate(w http.ResponseWriter, r *http.Request) { introduce(w, r, "serveUpdate") }
func servePatch(w http.ResponseWriter, r *http.Request)  { introduce(w, r, "servePatch") }
func serveDelete(w http.ResponseWriter, r *http.Request) { introduce(w, r, "serveDelete") }
func serveClear(w http.ResponseWriter, r *http.Request) {
	introduce(w, r, "serveClear")
}
func serveConnect(w http.ResponseWriter, r *http.Request) { introduce(w, r, "serveConnect") }

func introduce(w http.ResponseWriter, r *http.Request, name string) {
	fmt.Fprintf(w, "%s serves %s %s", name, r.Method, r.URL.Path)
}

var patchTypes = []string{
	"application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
	"application/apply-patch+yaml", "application/apply-patch+cbor",
}

var (
	getRow    = row("get", "GET", Item, serveGet)
	listRow   = Verb{Name: "list", Methods: []string{"GET"}, AllNamespaces: true, Handler: http.HandlerFunc(serveList)}
	watchRow  = Verb{Name: "watch", Methods: []string{"GET"}, AllNamespaces: true, When: WantsWatch, Handler: http.HandlerFunc(serveWatch)}
	createRow = row("create", "POST", Collection, serveCreate)
	updateRow = row("update", "PUT", Item, serveUpdate)
	patchRow  = Verb{Name: "patch", Methods: []string{"PATCH"}, On: Item, Handler: http.HandlerFunc(servePatch), Accepts: patchTypes}
	deleteRow = row("delete", "DELETE", Item, serveDelete)

	deleteCollectionRow = row("deletecollection", "DELETE", Collection, serveClear)

	oldWatchRow  = Verb{Name: "watch", Methods: []string{"GET"}, AllNamespaces: true, Prefix: "watch", Handler: http.HandlerFunc(serveWatch)}
	oldWatchItem = Verb{Name: "watch", Methods: []string{"GET"}, On: Item, Prefix: "watch", Handler: http.HandlerFunc(serveWatch)}

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
		Handler: http.HandlerFunc(serveConnect), Returns: []string{"*/*"},
	}
}

// podRows are a resource with two subresources, one of a kind of its own.
func podRows() []Resource {
	pod := corev1.SchemeGroupVersion.WithKind("Pod")
	exec := corev1.SchemeGroupVersion.WithKind("PodExecOptions")
	return []Resource{
		{
			Name: "pods", Kind: pod, Namespaced: true, Verbs: standard, StorageKind: pod,
			Singular: "pod", ShortNames: []string{"po"}, Categories: []string{"all"},
		},
		{Name: "pods", Subresource: "exec", Kind: exec, Namespaced: true, Verbs: []Verb{execRow}},
		{Name: "pods", Subresource: "status", Kind: pod, Namespaced: true, Verbs: []Verb{getRow, updateRow, patchRow}},
	}
}
