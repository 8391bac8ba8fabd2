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
//	groups.go                 the rows
//	pod.go                    the strategies of the spec and the status, deletion, quality of service
//	pod_prepare.go            what the server sets or drops before validation
//	pod_validation.go         a new pod, a changed pod, new ephemeral containers
//	pod_status_validation.go  what a kubelet may report
//	pod_storage.go            the subresources; ephemeral containers and resize
//	binding.go                the scheduler gives a pod to a node
//	eviction.go               a delete that asks disruption budgets first
//	budget.go                 how a budget decides
//	pod_columns.go            what kubectl get shows
//	podtemplate.go            pod templates, and what all templates share
//	replicationcontroller.go  replication controllers
//	podspec.go                the spec: order of the rules, options, operating system, DNS
//	container.go              containers of all three kinds, ports, restarts
//	env.go                    environment variables and fields they refer to
//	mounts.go                 volume mounts and devices
//	probes.go                 probes and lifecycle hooks
//	resources.go              requests and limits of containers, names of resources
//	podresources.go           resources and claims of the whole pod
//	security.go               security contexts
//	windows.go                what a Windows pod may say
//	affinity.go               affinity and topology spread
//	tolerations.go            tolerations
//	volumes.go                volumes and their sources
//	volumesources_old.go      sources of old drivers
//	claimspec.go              the spec of a persistent volume claim, and its template
//	annotations.go            annotations with a meaning
//	warnings.go               lines for the client
//	warnings_volumes.go       lines about volumes
//	rules.go                  rules of single values
package core
