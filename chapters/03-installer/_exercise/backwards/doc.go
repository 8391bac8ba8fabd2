// Package exercise: a path, read backwards.
//
// Before any route is matched, the filters want to know what a request means: authorization asks "may ada get secrets in
// london?", metrics count by verb and resource, and the handlers of chapter 4 take namespace and name from the same
// answer. You write the function that reads them from the method and the path alone.
//
// In: a request. Out: an installer.RequestInfo, or an error where there is nothing to say.
//
//	GET    /api/v1/namespaces/london/secrets/key      get secrets key in london
//	GET    /apis/apps/v1/deployments                  list deployments of apps
//	GET    /api/v1/pods?watch=true                    watch pods
//	DELETE /api/v1/namespaces/london/pods             deletecollection pods in london
//	PUT    /api/v1/namespaces/london/pods/web/status  update pods/status web in london
//	GET    /api/v1/namespaces/london                  get namespaces london (in london: a namespace lies in itself)
//	GET    /healthz                                   get, and no resource
//
// Fields to set: IsResourceRequest, Path, Verb, APIPrefix, APIGroup, APIVersion, Namespace, Resource, Subresource, Name.
// Left to the real one: Parts, the selectors, and the deprecated paths below watch/ and proxy/.
//
// Edit request_info.go. The tests hold your answers against the real RequestInfoFactory; plug.go puts your info in the place
// of the real one in the finished server, so that names and namespaces of every object come from your code.
package exercise
