// Package pod is the part of the control plane that knows pods.
//
// In: rows of resource.Definition, asked by the root for its table. Out: strategies for the generic Store (chapter 6), and
// REST types for the subresources of a pod. New: a resource whose parts are written by different clients, each through a
// subresource of its own: the user the spec, the scheduler the node (binding), the kubelet the status, the debugger one
// more container. What a pod's spec may say is package podspec.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/pod and the pod's part of k8s.io/kubernetes/pkg/apis/core/validation.
//
// Read in this order:
//
//	groups.go                 the rows
//	pod.go                    the strategies of the spec and the status, deletion, quality of service
//	pod_prepare.go            what the server sets or drops before validation
//	pod_validation.go         a new pod, a changed pod, new ephemeral containers
//	pod_status_validation.go  what a kubelet may report
//	pod_storage.go            the subresources; ephemeral containers and resize
//	binding.go                the scheduler gives a pod to a node
//	eviction.go               a delete that asks disruption budgets first
//	disruption.go             how a disruption budget decides
//	pod_columns.go            what kubectl get shows
package pod
