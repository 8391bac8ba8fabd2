// Package exercise is exercise 6: the strategy of Deployments.
//
// The Store of chapter 6 runs the same steps for every resource and asks the resource's strategy at the marked places. You
// write strategy.go, the answers for Deployments. In: the object as the client wants it, and the one that is stored. Out: the
// object as it may be stored, or what is wrong with it. Who may write what, in short:
//
//	                    metadata.generation            spec              status
//	POST                1                              the client's      empty
//	PUT                 +1 if spec or annotations      the client's      as stored
//	                    changed, else as stored
//	PUT .../status      as stored                      as stored         the client's
//
// And what is wrong, with the server's own words:
//
//   - a selector that does not pick the labels of the template: such a Deployment would make Pods without end.
//     spec.template.metadata.labels: Invalid value: {"app":"b"}: `selector` does not match template `labels`
//   - a selector that changes: the Pods that it picked before would belong to nobody.
//     spec.selector: Invalid value: {...}: field is immutable
//
// Why all this? One who writes the spec (you) and one who writes the status (a controller) work on the same object at the same
// time. Neither may overwrite the other by accident, and the controller must see whether the spec has changed since it looked:
// it writes the generation that it has acted on to status.observedGeneration.
//
// Whatever you do not write comes from registry.Namespaced, by embedding. The whole server can run on it:
//
//	kubepath workshop check 6
//	kubepath serve --with-exercise 6
//	kubectl create deployment web --image nginx; kubectl get deployment web -o yaml
package exercise
