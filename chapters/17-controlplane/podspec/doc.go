// Package podspec validates the spec of a pod, wherever it stands: in a pod, or in the template of a workload.
//
// In: a spec, its path in the object, and Options: what the stored object has already, which stays valid. Out: a
// field.ErrorList in upstream's words and order, and warnings. New: rules that need to know of each other (a mount names a
// volume, a probe a port, a container a claim), so that one specValidator holds what has been seen.
//
// Upstream: ValidatePodSpec and ValidatePodTemplateSpec in k8s.io/kubernetes/pkg/apis/core/validation.
//
// Read in this order:
//
//	podspec.go                    ValidatePodSpec: the rules in their order, Options, operating system, DNS
//	podtemplatespec.go            ValidatePodTemplateSpec, and the columns that workloads show of a template
//	container.go                  containers of all three kinds, ports, restart rules
//	env.go                        environment variables and the fields they refer to
//	volumemount.go                volume mounts and devices
//	probe.go                      probes and lifecycle hooks
//	resources.go                  requests and limits of containers
//	podresources.go               requests, limits and claims of the whole pod
//	securitycontext.go            security contexts, sysctls, user namespaces
//	windows.go                    what a Windows pod may say
//	affinity.go                   affinity and topology spread constraints
//	toleration.go                 tolerations
//	volume.go                     volumes and their sources
//	volume_deprecated.go          sources of deprecated drivers
//	persistentvolumeclaimspec.go  the spec of a persistent volume claim, and its template
//	annotations.go                annotations with a meaning
//	disabled_fields.go            fields of feature gates that are off
//	warnings.go                   warnings for the client
//	warnings_volumes.go           warnings about volumes
package podspec
