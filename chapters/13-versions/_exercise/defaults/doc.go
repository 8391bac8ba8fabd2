// Package exercise is exercise 13b: what a short Deployment means.
//
// People write six lines, controllers need thirty. Between them stands defaulting: right after an object is decoded, from
// a client or from etcd, a function of its version fills in what nobody said. You write deployment.go, two such functions:
//
//	                                      apps/v1          extensions/v1beta1
//	spec.replicas                         1                1
//	spec.revisionHistoryLimit             10               2147483647
//	spec.progressDeadlineSeconds          600              2147483647
//	spec.strategy.type                    RollingUpdate    RollingUpdate
//	spec.strategy.rollingUpdate
//	  .maxSurge and .maxUnavailable       25% each         1 each
//
// In: an object as it was decoded. Out: the same object, complete. Nothing that somebody has said changes, and an object
// that is complete stays as it is, since everything that comes from etcd goes through here as well. A strategy of another
// type than RollingUpdate has no parameters: there rollingUpdate stays as it is.
//
// The pod template has defaults of its own; completeTemplate, in given.go, sets them.
//
//	kubepath workshop check 13b
//	kubepath serve --with-exercise 13b
//	kubectl create deployment web --image nginx; kubectl get deployment web -o yaml
package exercise
