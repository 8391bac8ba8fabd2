// Package exercise: what kubectl get prints.
//
// kubectl knows nothing about ConfigMaps: the columns NAME, DATA and AGE, and every cell, come from the server, as an
// object of kind Table that kubectl asks for in its Accept header. Until now ConfigMaps have no columns of their own, so
// the server shows name and time of creation. You write their rest.TableConvertor.
//
// In: a ConfigMap, or a list of them (of any Go type: rest.EachObject walks both). Out: a metav1.Table:
//
//	columns   Name (type string, format name), Data (type string), Age (type string); none if options say NoHeaders
//	a row     its cells: the name; the number of entries in data and binaryData together, an int64; the age
//	          and its Object: the ConfigMap itself, from which the server takes what it shows beside the cells
//	the rest  ListMeta: that of the list, without which a client never asks for the next page (rest.TableMeta)
//
// The age is as kubectl shows it, 5m or 3d (duration.HumanDuration of k8s.io/apimachinery/pkg/util/duration), or
// <unknown> where an object has no time of creation.
//
// Edit table.go. plug.go makes the finished server show ConfigMaps by it: kubectl get configmaps.
package exercise
