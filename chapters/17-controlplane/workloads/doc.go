// Package workloads is the part of the control plane that says what should run: the kinds of apps, batch, autoscaling
// and policy, and of the core group pod templates and replication controllers. None of them runs anything. Each holds a pod template, or points at a kind that does, beside a status in
// which a controller reports how far it has come.
//
// In: rows of resource.Definition, asked by the root for its table. Out: strategies for the generic Store (chapter 6), scales,
// and the columns that kubectl get prints. New: a spec that may change in part only (a selector never does, a Job's
// template neither), a generation that tells a controller what it has not seen, and a selector that the server makes.
//
// Upstream: k8s.io/kubernetes/pkg/registry/{apps,batch,autoscaling,policy},
// pkg/registry/core/{podtemplate,replicationcontroller} and pkg/apis/{apps,batch,autoscaling,policy}/validation.
//
// Read in this order:
//
//	groups.go                 the rows
//	deployment.go             the pattern of all: strategy, rules, status, columns
//	template.go               what kinds with a selector and a template share
//	counts.go                 rules of numbers
//	replicaset.go             replica sets
//	daemonset.go              daemon sets
//	statefulset.go            stateful sets
//	controllerrevision.go     what a daemon set or stateful set was before
//	job.go                    jobs: strategy, columns, the selector that the server generates
//	job_validation.go         the spec, and what of it may change
//	job_policy.go             failure policy, success policy, lists of indexes
//	job_status.go             a status that only moves forward
//	cronjob.go                cron jobs and their schedules
//	autoscaler.go             horizontal pod autoscalers: strategy and columns
//	autoscaler_validation.go  metrics and behavior
//	disruptionbudget.go       pod disruption budgets
//	podtemplate.go            pod templates
//	replicationcontroller.go  replication controllers
package workloads
