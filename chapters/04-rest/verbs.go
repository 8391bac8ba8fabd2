package rest

import (
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	installer "kubepath/chapters/03-installer"
)

// Verbs is the table of verbs: a storage that has the capability of a row gets the row's routes. Chapter 9 adds watch,
// chapter 12 patch and chapter 16 connect, as rows of their own behind these.
// Upstream: the capability checks and the switch of APIInstaller.registerResourceHandlers.
func Verbs() []Verb {
	return []Verb{
		{Name: "get", Method: http.MethodGet, On: installer.Item, Offered: has[Getter], Handle: get,
			Doc: "read {sub}the specified {kind}"},
		{Name: "get", Method: http.MethodGet, On: installer.Item, Offered: hasOptions, Handle: getWithOptions,
			Doc: "read {sub}the specified {kind}"},
		{Name: "get", Method: http.MethodGet, On: installer.ItemPath, Offered: hasOptionsAndPath, Handle: getWithOptions,
			Doc: "read {sub}the specified {kind}"},
		{Name: "list", Method: http.MethodGet, On: installer.Collection, Offered: has[Lister], Handle: list, AllNamespaces: true,
			Doc: "list {watch}objects of kind {kind}", Options: metav1.ListOptions{}, Writes: newList},
		{Name: "create", Method: http.MethodPost, On: installer.Collection, Offered: has[Creater], Handle: create,
			Doc: "create {sub}{a}{kind}", Options: metav1.CreateOptions{}, Reads: newObject},
		{Name: "create", Method: http.MethodPost, On: installer.Item, Offered: has[NamedCreater], Handle: createNamed,
			Doc: "create {sub}{a}{kind}", Options: metav1.CreateOptions{}, Reads: newObject},
		{Name: "update", Method: http.MethodPut, On: installer.Item, Offered: has[Updater], Handle: update,
			Doc: "replace {sub}the specified {kind}", Options: metav1.UpdateOptions{}, Reads: newObject},
		{Name: "delete", Method: http.MethodDelete, On: installer.Item, Offered: has[GracefulDeleter], Handle: remove,
			Doc: "delete {sub}{a}{kind}", Options: metav1.DeleteOptions{}, Reads: newDeleteOptions, Writes: newDeleted},
		{Name: "deletecollection", Method: http.MethodDelete, On: installer.Collection, Offered: has[CollectionDeleter], Handle: removeCollection,
			Doc: "delete collection of {kind}", Options: collectionOptions{}, Reads: newDeleteOptions, Writes: newStatus},
	}
}

// hasOptions and hasOptionsAndPath tell the two kinds of GetterWithOptions apart: only the second takes what follows in
// the path.
func hasOptions(s Storage) bool        { subpath, ok := getSubpath(s); return ok && subpath == "" }
func hasOptionsAndPath(s Storage) bool { subpath, ok := getSubpath(s); return ok && subpath != "" }

func getSubpath(s Storage) (subpath string, ok bool) {
	getter, ok := s.(GetterWithOptions)
	if ok {
		_, subpath = getter.NewGetOptions()
	}
	return subpath, ok
}

func newObject(s Storage) any      { return s.New() }
func newStatus(Storage) any        { return &metav1.Status{} }
func newDeleteOptions(Storage) any { return &metav1.DeleteOptions{} }

// newDeleted is what a deletion answers with.
func newDeleted(s Storage) any {
	if d, ok := s.(MayReturnFullObjectDeleter); ok && d.DeleteReturnsDeletedObject() {
		return s.New()
	}
	return newStatus(s)
}

func newList(s Storage) any {
	if lister, ok := s.(Lister); ok {
		return lister.NewList()
	}
	return nil
}
