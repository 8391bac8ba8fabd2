package rest

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	installer "kubepath/chapters/03-installer"
)

// Verbs is the table of verbs: a storage that has the capability of a row gets the row's routes. Chapter 9 adds watch,
// chapter 12 patch and chapter 16 connect, as rows of their own behind these.
// Upstream: the capability checks and the switch of APIInstaller.registerResourceHandlers.
func Verbs() []Verb {
	return []Verb{
		{
			Verb: installer.Verb{Name: "get", Methods: []string{"GET"}, On: installer.Item, ReadOnly: true,
				Doc: "read {sub}the specified {kind}", OperationID: "read{version}{object}"},
			Supported: Has[Getter], Handle: get,
		},
		{
			Verb: installer.Verb{Name: "get", Methods: []string{"GET"}, On: installer.Item, ReadOnly: true,
				Doc: "read {sub}the specified {kind}", OperationID: "read{version}{object}"},
			Supported: hasOptions, Handle: getWithOptions,
		},
		{
			Verb: installer.Verb{Name: "get", Methods: []string{"GET"}, On: installer.ItemPath, ReadOnly: true,
				Doc: "read {sub}the specified {kind}", OperationID: "read{version}{object}"},
			Supported: hasOptionsAndPath, Handle: getWithOptions,
		},
		{
			Verb: installer.Verb{Name: "list", Methods: []string{"GET"}, On: installer.Collection, AllNamespaces: true,
				ReadOnly: true, Doc: "list {watch}objects of kind {kind}"},
			Supported: Has[Lister], Handle: list, Options: metav1.ListOptions{}, Writes: newList,
		},
		{
			Verb: installer.Verb{Name: "create", Methods: []string{"POST"}, On: installer.Collection,
				Doc: "create {sub}{a}{kind}", OpenAPIAction: "post", Codes: []int{200, 201, 202}},
			Supported: Has[Creater], Handle: create, Options: metav1.CreateOptions{}, Reads: newObject,
		},
		{
			Verb: installer.Verb{Name: "create", Methods: []string{"POST"}, On: installer.Item,
				Doc: "create {sub}{a}{kind}", OpenAPIAction: "post", Codes: []int{200, 201, 202}},
			Supported: Has[NamedCreater], Handle: createNamed, Options: metav1.CreateOptions{}, Reads: newObject,
		},
		{
			Verb: installer.Verb{Name: "update", Methods: []string{"PUT"}, On: installer.Item,
				Doc: "replace {sub}the specified {kind}", OperationID: "replace{version}{object}", OpenAPIAction: "put", Codes: []int{200, 201}},
			Supported: Has[Updater], Handle: update, Options: metav1.UpdateOptions{}, Reads: newObject,
		},
		{
			Verb: installer.Verb{Name: "delete", Methods: []string{"DELETE"}, On: installer.Item,
				Doc: "delete {sub}{a}{kind}", Codes: []int{200, 202}},
			Supported: Has[GracefulDeleter], Handle: remove, Options: metav1.DeleteOptions{}, Reads: newDeleteOptions, Writes: newDeleted,
		},
		{
			Verb: installer.Verb{Name: "deletecollection", Methods: []string{"DELETE"}, On: installer.Collection,
				Doc: "delete collection of {kind}", OperationID: "delete{version}Collection{object}"},
			Supported: Has[CollectionDeleter], Handle: removeCollection, Options: collectionOptions{}, Reads: newDeleteOptions, Writes: newStatus,
		},
	}
}

// hasOptions and hasOptionsAndPath tell the two kinds of GetterWithOptions apart: only the second takes what follows in
// the path.
func hasOptions(s Storage) bool        { subpath, ok := getSubpath(s); return ok && subpath == "" }
func hasOptionsAndPath(s Storage) bool { subpath, ok := getSubpath(s); return ok && subpath != "" }

func getSubpath(s Storage) (subpath string, ok bool) {
	getter, ok := As[GetterWithOptions](s)
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
	if d, ok := As[MayReturnFullObjectDeleter](s); ok && d.DeleteReturnsDeletedObject() {
		return s.New()
	}
	return newStatus(s)
}

func newList(s Storage) any {
	if lister, ok := As[Lister](s); ok {
		return lister.NewList()
	}
	return nil
}
