package installer

import (
	"fmt"
	"net/http"

	corev1 "k8s.io/api/core/v1"
)

// The table for the demo and the tests. Chapter 4 makes such rows from storages; here the handlers only write their own
// names.

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
	get    = []string{"GET"}
	getRow = servedBy(serveGet, Verb{Name: "get", Methods: get, On: Item, ReadOnly: true, OperationID: "read{version}{object}"})

	listRow   = servedBy(serveList, Verb{Name: "list", Methods: get, AllNamespaces: true, ReadOnly: true})
	watchRow  = servedBy(serveWatch, Verb{Name: "watch", Methods: get, AllNamespaces: true, When: WantsWatch, ReadOnly: true, LongRunning: true})
	createRow = servedBy(serveCreate, Verb{Name: "create", Methods: []string{"POST"}})
	updateRow = servedBy(serveUpdate, Verb{Name: "update", Methods: []string{"PUT"}, On: Item, OperationID: "replace{version}{object}"})
	patchRow  = servedBy(servePatch, Verb{Name: "patch", Methods: []string{"PATCH"}, On: Item, Accepts: patchTypes})
	deleteRow = servedBy(serveDelete, Verb{Name: "delete", Methods: []string{"DELETE"}, On: Item})

	deleteCollectionRow = servedBy(serveClear, Verb{Name: "deletecollection", Methods: []string{"DELETE"}, OperationID: "delete{version}Collection{object}"})

	oldWatchRow  = servedBy(serveWatch, Verb{Name: "watch", Methods: get, AllNamespaces: true, Prefix: "watch", OperationID: "watch{version}{object}List"})
	oldWatchItem = servedBy(serveWatch, Verb{Name: "watch", Methods: get, On: Item, Prefix: "watch"})

	execRow  = connectRow(Item, "GET", "POST")
	proxyRow = connectRow(ItemPath, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

	standard = []VerbHandler{
		listRow, watchRow, createRow, deleteCollectionRow, oldWatchRow, getRow, updateRow, patchRow, deleteRow, oldWatchItem,
	}
)

func servedBy(by http.HandlerFunc, v Verb) VerbHandler { return VerbHandler{Verb: v, Handler: by} }

func connectRow(on Target, methods ...string) VerbHandler {
	row := servedBy(serveConnect, Verb{
		Name: "connect", Methods: methods, On: on, Discovered: ConnectVerb, OperationID: "connect{version}{method}{object}",
	})
	row.Returns = []string{"*/*"}
	return row
}

// demoInfos returns a RequestInfoFactory for the verbs of the table.
func demoInfos() *RequestInfoFactory {
	var verbs []Verb
	for _, row := range standard {
		verbs = append(verbs, row.Verb)
	}
	return NewRequestInfoFactory(verbs...)
}

// podRows returns a resource with two subresources, one of them of another kind.
func podRows() []Resource {
	pod := corev1.SchemeGroupVersion.WithKind("Pod")
	exec := corev1.SchemeGroupVersion.WithKind("PodExecOptions")
	return []Resource{
		{
			Name: "pods", Kind: pod, Namespaced: true, Verbs: standard, StorageKind: pod,
			Singular: "pod", ShortNames: []string{"po"}, Categories: []string{"all"},
		},
		{Name: "pods", Subresource: "exec", Kind: exec, Namespaced: true, Verbs: []VerbHandler{execRow}},
		{Name: "pods", Subresource: "status", Kind: pod, Namespaced: true, Verbs: []VerbHandler{getRow, updateRow, patchRow}},
	}
}
