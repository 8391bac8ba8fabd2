// Package request is chapter 1: it turns a chain of method calls into an HTTP request to a Kubernetes API server.
//
//	client.Get().Namespace("default").Resource("pods").Name("nginx").Do(ctx).Into(&pod)
//	GET /api/v1/namespaces/default/pods/nginx
//
// In: a chain of method calls. Out: a request line, headers and a body on the wire, and the response as an object,
// a *StatusError, a stream of bytes or a stream of watch events. New: the URL path of an object, and that a chain
// stores its first error and returns it when the request is sent.
//
// Upstream: k8s.io/client-go/rest (request.go, client.go, with_retry.go, config.go) and tools/clientcmd.
//
// Read in this order:
//
//	client.go     RESTClient and its verbs: where a chain begins
//	request.go    the calls in the middle, each of which adds one piece or one error, and how the pieces become a URL
//	result.go     where a chain ends: Do, DoRaw, Stream; the response as an object or an error
//	retry.go      one attempt, and the loop that retries: after 429 and 5xx with Retry-After, after a lost connection
//	watch.go      where a chain ends in a stream of events
//	codec.go      objects to bytes and back, in JSON and protobuf
//	config.go     the configuration of a client
//	transport.go  TLS, HTTP/2, a hook for tracing, and the client's identity: tokens, impersonation
//	kubeconfig.go the file that kubectl reads: loaded, merged, written
//	demo.go       kubepath run 1, against the small server of demo_server.go
package request
