// Package exercise is exercise 17: a pod gets its node, once.
//
// A scheduler does not PUT pods. It sends a Binding, "this pod to that node", to the pod's subresource binding:
//
//	POST /api/v1/namespaces/default/pods/nginx/binding
//	{"metadata": {"name": "nginx", "uid": "..."},
//	 "target": {"kind": "Node", "name": "node-1"}}
//
// You write bind.go, what answers there. In: the name from the path, the Binding from the body, and the Store of all pods
// (chapter 6), which every subresource of a pod shares. Out: a Status of success and a pod that has its node, or an
// error, and a pod that is as it was. What a pod that may be bound becomes:
//
//	spec.nodeName                        the target's name
//	status.conditions, type PodScheduled True; given.go has setScheduled
//
// And who is refused, each with a 409 Conflict (given.go has the function refused):
//
//	a pod that has a node     pod nginx is already assigned to node "node-1"
//	a pod that is going       pod nginx is being deleted, cannot be assigned to a host
//	a pod that waits at gates pod nginx has non-empty .spec.schedulingGates
//	another pod               a binding with a uid means the pod of that uid: a
//	                          pod of the same name may have come in its place
//
// Two schedulers may bind the same pod in the same microsecond, through two servers: one of them must be refused. And
// while a scheduler thinks, the pod's owner may add a label: that is no reason to refuse anybody, nor may it be lost.
//
//	kubepath workshop check 17
//	kubepath serve --with-exercise 17
package exercise
