// Package exercise: from a row to its paths.
//
// The installer's table says what a resource can do, and never where: "list, on the collection, across namespaces too".
// The paths follow from a few fields of the row, and kubectl, client-go and every dashboard rely on how they follow.
// You write that rule.
//
// In: a row (installer.Resource) and one of its verbs (installer.Verb). Out: the paths at which the verb is served,
// below the root of the group version, as go-restful templates:
//
//	list of pods               namespaces/{namespace}/pods, and pods
//	get of pods                namespaces/{namespace}/pods/{name}
//	get of nodes               nodes/{name}
//	create of pods/binding     namespaces/{namespace}/pods/{name}/binding
//	connect of nodes/proxy     nodes/{name}/proxy, and nodes/{name}/proxy/{path:*}
//	old watch of pods          watch/namespaces/{namespace}/pods, and watch/pods
//
// The fields that decide: Name, Subresource and Namespaced of the resource; On, AllNamespaces and Prefix of the verb.
//
// Edit paths.go. The tests hold your paths against the table of the real installer; plug.go makes the finished server
// serve those routes only whose path your function names.
package exercise
