// Package exercise: a chain that remembers its first mistake.
//
//	Get(v1).Namespace("default").Resource("pods").Name("nginx").Path()
//	/api/v1/namespaces/default/pods/nginx
//
// Each call of a chain adds one piece and returns the chain, so none of them can return an error. A call that makes no sense
// is remembered instead. Path returns the first mistake, or the path.
//
// The chain's Namespace and Resource are written (given.go); they are your pattern. You write two methods in chain.go:
//
// Name adds the name of one object. Its mistakes, in this order:
//
//   - the empty name:                    resource name may not be empty
//   - a second name, after the first:    resource name already set to "a", cannot change to "b"
//   - what cannot stand in a path:       invalid resource name "a/b": [may not contain '/']
//
// Path joins the pieces that are there, whatever the order of the calls was:
//
//	/api/v1       /namespaces/default  /pods      /nginx
//	/apis/apps/v1                      /deployments
//
// The group without a name lives under /api, all others under /apis/GROUP. Without a namespace (or with the empty one)
// there is no namespaces/ in the path. An object needs a name; a collection has none.
//
// The tests compare your chain with the real one, the Request of chapter 1.
package exercise
