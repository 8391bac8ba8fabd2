package rest

import "context"

type namespaceKey struct{}

// WithNamespace returns a context for requests about objects in a namespace. Upstream: request.WithNamespace.
func WithNamespace(ctx context.Context, namespace string) context.Context {
	return context.WithValue(ctx, namespaceKey{}, namespace)
}

// NamespaceFrom returns the namespace that the request is about; "" for all, or for cluster-scoped resources.
func NamespaceFrom(ctx context.Context) string {
	namespace, _ := ctx.Value(namespaceKey{}).(string)
	return namespace
}

// AddWarning adds a line to the Warning headers of the answer. Upstream: warning.AddWarning.
func AddWarning(ctx context.Context, text string) {}
