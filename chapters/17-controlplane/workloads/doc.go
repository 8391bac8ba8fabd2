// Package workloads has the resources of the groups apps, batch, autoscaling and policy, and of the core group
// podtemplates and replicationcontrollers. Most of them hold a pod template, or refer to an object that does, and a
// status that a controller writes. The controllers are not part of the server.
//
// In: objects that clients send. Out: strategies for the generic Store (chapter 6), scale subresources, and the columns of
// kubectl get. New: a spec of which only a part may change (never the selector, nor the template of a Job), a generation
// that tells a controller that the spec is new, and a selector that the server generates.
//
// Upstream: k8s.io/kubernetes/pkg/registry/{apps,batch,autoscaling,policy},
// pkg/registry/core/{podtemplate,replicationcontroller} and pkg/apis/{apps,batch,autoscaling,policy}/validation.
//
// Read in this order:
//
//	groups.go                 the resources
//	deployment.go             the pattern of the others: strategy, validation, status, scale, columns
//	template.go               validation and warnings that kinds with a selector and a pod template share
//	counts.go                 validation of several numbers at once
//	replicaset.go             replica sets
//	daemonset.go              daemon sets
//	statefulset.go            stateful sets
//	controllerrevision.go     earlier templates of a daemon set or stateful set
//	job.go                    jobs: strategy, columns, the selector that the server generates
//	job_validation.go         the spec, and which of its fields may change
//	job_policy.go             failure policy, success policy, lists of indexes
//	job_status.go             which changes of a status are valid
//	cronjob.go                cron jobs and their schedules
//	autoscaler.go             horizontal pod autoscalers: strategy and columns
//	autoscaler_validation.go  metrics and behavior
//	disruptionbudget.go       pod disruption budgets
//	podtemplate.go            pod templates
//	replicationcontroller.go  replication controllers
package workloads
