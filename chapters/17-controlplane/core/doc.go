// Package core is the part of the control plane that knows pods, and what shares their spec: pod templates, replication
// controllers, bindings.
//
// In: rows of resource.Definition, asked by the root for its table. Out: strategies for the generic Store (chapter 6), REST
// types for the subresources of a pod, and the validation of a pod's spec, which every workload with a template uses.
// New: a resource whose parts are written by different clients, each through a subresource of its own: the user the
// spec, the scheduler the node (binding), the kubelet the status, the debugger a container more.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/{pod,podtemplate,replicationcontroller} and the pod's part of
// k8s.io/kubernetes/pkg/apis/core/validation.
//
// Read in this order:
//
//	groups.go                        the rows
//	pod.go, pod_status.go            what a pod's writers may write; pod_status_claims.go checks claims of extended resources
//	pod_delete.go, qos.go, conditions.go
//	pod_storage.go                   the subresources
//	binding.go, eviction.go, budget.go, ephemeral.go, resize.go
//	pod_columns.go, pod_reason.go    what kubectl get shows
//	podtemplate.go, replicationcontroller.go
package core
