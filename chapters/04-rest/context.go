package rest

import (
	"context"

	authenticationv1 "k8s.io/api/authentication/v1"
)

type (
	namespaceKey struct{}
	warningsKey  struct{}
	userKey      struct{}
)

// WithUser returns a context for requests of a user. Upstream: request.WithUser.
func WithUser(ctx context.Context, user authenticationv1.UserInfo) context.Context {
	return context.WithValue(ctx, userKey{}, user)
}

// UserFrom returns the user whose request it is; the zero value where nobody has asked. Upstream: request.UserFrom.
func UserFrom(ctx context.Context) authenticationv1.UserInfo {
	user, _ := ctx.Value(userKey{}).(authenticationv1.UserInfo)
	return user
}

// WithNamespace returns a context for requests about objects in a namespace. Upstream: request.WithNamespace.
func WithNamespace(ctx context.Context, namespace string) context.Context {
	return context.WithValue(ctx, namespaceKey{}, &namespace)
}

// NamespaceFrom returns the namespace that the request is about; "" for all, or for cluster-scoped resources.
// Upstream: request.NamespaceValue.
func NamespaceFrom(ctx context.Context) string {
	if namespace, ok := ctx.Value(namespaceKey{}).(*string); ok {
		return *namespace
	}
	return ""
}

// callContext is the context of one call. It carries the namespace and the warnings in itself, so that a request
// costs one allocation for them and not one for each.
type callContext struct {
	context.Context
	namespace string
	warnings  *warnings
}

func (c *callContext) Value(key any) any {
	switch key.(type) {
	case namespaceKey:
		return &c.namespace
	case warningsKey:
		if c.warnings != nil {
			return c.warnings
		}
	}
	return c.Context.Value(key)
}
