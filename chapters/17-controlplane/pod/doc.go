// Package pod is the resource pods with its subresources: strategies, validation, binding, eviction and resize.
//
// In: pods, bindings and evictions that clients send. Out: strategies for the generic Store (chapter 6), and REST types
// for the subresources. New: a resource whose parts are written by different clients, each through a subresource: the
// scheduler sets the node (binding), the kubelet the status, a debugger adds containers (ephemeralcontainers). Package
// podspec validates the spec.
//
// Upstream: k8s.io/kubernetes/pkg/registry/core/pod and the pod's part of k8s.io/kubernetes/pkg/apis/core/validation.
//
// Read in this order:
//
//	groups.go                 the resources and subresources
//	pod.go                    the strategies of pods and of status, graceful deletion, quality of service
//	pod_prepare.go            fields that the server sets before validation
//	pod_validation.go         validation of a new pod, of an update, and of new ephemeral containers
//	pod_status_validation.go  validation of a status that a kubelet writes
//	pod_storage.go            the subresources; the strategies of ephemeral containers and of resize
//	binding.go                the subresource with which a scheduler assigns a pod to a node
//	eviction.go               a delete that PodDisruptionBudgets can refuse
//	disruption.go             whether a PodDisruptionBudget allows an eviction
//	pod_columns.go            the columns of kubectl get pods
package pod
