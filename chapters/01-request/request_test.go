package request_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	request "kubepath/chapters/01-request"
)

// endings are all the ways to run a chain.
var endings = map[string]func(context.Context, *request.Request) error{
	"Do":     func(ctx context.Context, r *request.Request) error { return r.Do(ctx).Error() },
	"Into":   func(ctx context.Context, r *request.Request) error { return r.Do(ctx).Into(configMap("x")) },
	"Get":    func(ctx context.Context, r *request.Request) error { _, err := r.Do(ctx).Get(); return err },
	"DoRaw":  func(ctx context.Context, r *request.Request) error { _, err := r.DoRaw(ctx); return err },
	"Watch":  func(ctx context.Context, r *request.Request) error { _, err := r.Watch(ctx); return err },
	"Stream": func(ctx context.Context, r *request.Request) error { _, err := r.Stream(ctx); return err },
}

func TestAMistakeInTheChainComesBackHoweverItEnds(t *testing.T) {
	t.Parallel()
	unencodable := &unstructured.Unstructured{Object: map[string]any{"kind": "X", "apiVersion": "v1", "spec": make(chan int)}}
	for _, row := range []struct {
		says  string
		calls func(*request.RESTClient) *request.Request
		want  string
	}{
		{"a name twice", func(c *request.RESTClient) *request.Request { return c.Get().Name("a").Name("b") }, `resource name already set to "a", cannot change to "b"`},
		{"the first of two mistakes", func(c *request.RESTClient) *request.Request { return c.Get().Name("").Namespace("/") }, `resource name may not be empty`},
		{"a body that cannot be encoded", func(c *request.RESTClient) *request.Request { return c.Post().Body(unencodable) }, "unsupported type"},
		{"a body without a kind", func(c *request.RESTClient) *request.Request {
			return c.Post().Body(&unstructured.Unstructured{Object: map[string]any{}})
		}, "Object 'Kind' is missing"},
		{"a body of a strange type", func(c *request.RESTClient) *request.Request { return c.Post().Body(42) }, "unknown type used for body: 42"},
		{"no options", func(c *request.RESTClient) *request.Request { return c.Get().VersionedParams(nil, nil) }, "expected pointer"},
		{"options that are no options", func(c *request.RESTClient) *request.Request { return c.Get().VersionedParams(configMap("x"), nil) }, "no kind"},
		{"options that are a nil pointer", func(c *request.RESTClient) *request.Request {
			return c.Get().VersionedParams((*metav1.ListOptions)(nil), nil)
		}, "expected pointer"},
		{"a strange method", func(c *request.RESTClient) *request.Request { return c.Verb("GE T") }, `invalid method "GE T"`},
		{"a create in the empty namespace", func(c *request.RESTClient) *request.Request { return c.Post().Namespace("").Resource("pods") }, "an empty namespace may not be set during creation"},
		{"a name in the empty namespace", func(c *request.RESTClient) *request.Request {
			return c.Get().Namespace("").Resource("pods").Name("x")
		}, "an empty namespace may not be set when a resource name is provided"},
	} {
		for ending, run := range endings {
			t.Run(row.says+" "+ending, func(t *testing.T) {
				t.Parallel()
				err := run(t.Context(), row.calls(offline(t)))
				if err == nil || !strings.Contains(err.Error(), row.want) {
					t.Errorf("got %v, want %s", err, row.want)
				}
			})
		}
	}
}

func TestANamespaceOnAClusterScopedResourceIsRefused(t *testing.T) {
	t.Parallel()
	scopes := map[string]bool{"pods": true, "nodes": false}
	c := clientOver(t, always(200, `{"kind":"Status","apiVersion":"v1","status":"Success"}`), request.Config{
		Namespaced: func(resource string) (bool, bool) { namespaced, known := scopes[resource]; return namespaced, known },
	})
	for resource, want := range map[string]string{
		"nodes":   `namespace "x" may not be set: nodes are not in a namespace`,
		"pods":    "",
		"widgets": "", // not known: the server will say
	} {
		err := c.Get().Namespace("x").Resource(resource).Do(t.Context()).Error()
		if got := text(err); got != want {
			t.Errorf("%s: got %q, want %q", resource, got, want)
		}
	}
	if err := c.Get().Namespace("").Resource("nodes").Do(t.Context()).Error(); err != nil {
		t.Errorf("the empty namespace is all namespaces, of which nodes have none: %v", err)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestAPatchKeepsItsContentType(t *testing.T) {
	t.Parallel()
	transport, seen := recorder()
	c := clientOver(t, transport, request.Config{})
	if err := c.Patch(types.MergePatchType).Resource("configmaps").Name("x").Body(configMap("x")).Do(t.Context()).Error(); err != nil {
		t.Fatal(err)
	}
	if got := (*seen)[0].header.Get("Content-Type"); got != "application/merge-patch+json" {
		t.Errorf("the Content-Type is %s", got)
	}
	proto := clientOver(t, transport, request.Config{Codec: request.Protobuf(coreScheme(t))})
	err := proto.Patch(types.MergePatchType).Body(configMap("x")).Do(t.Context()).Error()
	if err == nil || !strings.Contains(err.Error(), "pass []byte") {
		t.Errorf("a patch in protobuf was not refused: %v", err)
	}
}

func TestANilBodyIsNoBody(t *testing.T) {
	t.Parallel()
	transport, seen := recorder()
	c := clientOver(t, transport, request.Config{})
	var none *metav1.DeleteOptions
	err := errors.Join(c.Delete().Body(none).Do(t.Context()).Error(), c.Delete().Body(nil).Do(t.Context()).Error())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range *seen {
		if r.body != "" || r.header.Get("Content-Type") != "" {
			t.Errorf("sent %q as %q", r.body, r.header.Get("Content-Type"))
		}
	}
}
