// Package workloads is the part of the control plane that says what should run: the kinds of apps, batch, autoscaling
// and policy. None of them runs anything. Each holds a pod template, or points at a kind that does, beside a status in
// which a controller reports how far it has come.
//
// In: rows of resource.Definition, asked by the root for its table. Out: strategies for the generic Store (chapter 6), scales,
// and the columns that kubectl get prints. New: a spec that may change in part only (a selector never does, a Job's
// template neither), a generation that tells a controller what it has not seen, and a selector that the server makes.
//
// Upstream: k8s.io/kubernetes/pkg/registry/{apps,batch,autoscaling,policy} and pkg/apis/{apps,batch,autoscaling,policy}/validation.
//
// Read in this order:
//
//	groups.go                          the rows
//	deployment.go                      the pattern of all: strategy, checks, status, columns
//	template.go, counts.go, rollout.go what several kinds share
//	replicaset.go, daemonset.go, statefulset.go, controllerrevision.go
//	job.go, job_*.go                   the selector that is made, what stays, and a status that only moves forward
//	cronjob.go, schedule.go
//	autoscaler.go, autoscaler_*.go, disruptionbudget.go
package workloads
