// Package request is chapter 1: it turns a fluent call into one HTTP exchange with a Kubernetes API server.
//
//	client.Get().Namespace("default").Resource("pods").Name("nginx").Do(ctx).Into(&pod)
//	GET /api/v1/namespaces/default/pods/nginx
//
// In: a chain of calls that says what is wanted. Out: a request line, headers and a body on the wire, and what
// comes back as an object, a *StatusError, a stream of bytes or a stream of watch events. New: the path of an object
// in the API, and the idea that a chain remembers its first mistake and reports it when it runs.
//
// Upstream: k8s.io/client-go/rest (request.go, client.go, with_retry.go, config.go) and tools/clientcmd.
//
// Read in this order:
//
//	client.go     RESTClient and its verbs: where a chain begins
//	request.go    the calls in the middle, each of which adds one piece or one mistake, and how the pieces become a URL
//	result.go     where a chain ends: Do, DoRaw, Stream; what came back, as an object or an error
//	retry.go      one attempt, and the loop that retries: after 429 and 5xx with Retry-After, after a lost connection
//	watch.go      where a chain ends in a stream of events
//	codec.go      objects to bytes and back, in JSON and protobuf
//	config.go     all that a client is made from
//	transport.go  TLS, HTTP/2, the seam for tracing, and who is asking: tokens, impersonation
//	kubeconfig.go the file that kubectl reads: loaded, merged, written
//	demo.go       kubepath run 1, against the stand-in of demo_server.go
package request
