// Package exercise is exercise 13: one autoscaler, two versions.
//
// The server works with a HorizontalPodAutoscaler in autoscaling/v2, the hub, and keeps it so in etcd. Clients of
// autoscaling/v1 are served too. You write convert.go, the way there and the way back:
//
//	autoscaling/v1                         autoscaling/v2
//	spec:                                  spec:
//	  targetCPUUtilizationPercentage: 50     metrics:
//	metadata:                                - {type: Pods, ...}
//	  annotations:                           - {type: Resource, resource: {name: cpu, ...
//	    autoscaling.alpha...metrics:
//	      [{"type":"Pods",...}]
//
// Version 1 has a field for the use of CPU, and for nothing else. What it cannot say travels in an annotation, which a
// client of v1 sends back as it came, without reading it. So nothing is lost when it changes the percentage.
//
// In: an object of one version. Out: a new one of the other; the first stays as it is, since it may be shared with other
// readers (the watch cache, chapter 10), and so may the maps in it. What both versions have is copied already, in
// given.go: sameInHub, sameInFirst. There are also cpu and percentOf, for the one metric, and pack and unpack, for all
// others as the annotation has them.
//
//   - in the hub there is no such annotation: neither one that came from v1, nor one that somebody wrote by hand in v2
//   - an autoscaler of v1 that says nothing of metrics aims at 80 percent of CPU
//   - carried metrics come first in the hub, the use of CPU last
//
// The whole server can run on it:
//
//	kubepath workshop check 13
//	kubepath serve --with-exercise 13
//	kubectl autoscale deployment web --cpu=50% --max 4
//	kubectl get hpa.v1.autoscaling web -o yaml
package exercise
