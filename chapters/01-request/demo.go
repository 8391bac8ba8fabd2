package request

import (
	"context"
	"fmt"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"kubepath/internal/demo"
)

// Demo builds a chain call by call, shows chains with errors, and then sends requests to a small server and shows every
// byte on the wire.
func Demo(ctx context.Context, s *demo.Stage) error {
	server, err := startStandIn()
	if err != nil {
		return err
	}
	defer server.stop()
	client, err := RESTClientFor(&Config{
		Host:         "http://stand-in",
		GroupVersion: schema.GroupVersion{Version: "v1"},
		Namespaced:   func(resource string) (bool, bool) { return resource != "nodes", true },
		UserAgent:    "kubepath",
		Transport:    server.transport(),
	})
	if err != nil {
		return err
	}
	demoChain(s, client)
	demoMistakes(ctx, s, client)
	if err := demoWire(ctx, s, client, server.wire); err != nil {
		return err
	}
	return demoRetry(ctx, s, server)
}

func demoChain(s *demo.Stage, c *RESTClient) {
	s.Title("A chain grows, and with it the URL")
	r := c.Get()
	show := func(call string) { s.Show("%-26s%s", call, r.URL().RequestURI()) }
	show("Get()")
	r.Namespace("default")
	show(`.Namespace("default")`)
	r.Resource("pods")
	show(`.Resource("pods")`)
	r.Name("web")
	show(`.Name("web")`)
	r.SubResource("log")
	show(`.SubResource("log")`)
	r.Param("follow", "true")
	show(`.Param("follow", "true")`)
	s.Say("The order of the calls does not matter. Named groups live elsewhere:")
	r = c.ForGroupVersion(schema.GroupVersion{Group: "apps", Version: "v1"}).Get().Resource("deployments")
	show(`.Resource("deployments")`)
}

func demoMistakes(ctx context.Context, s *demo.Stage, c *RESTClient) {
	s.Title("A mistake is remembered; Do returns it, and sends nothing")
	for _, row := range []struct {
		calls string
		r     *Request
	}{
		{`.Name("a").Name("b").Name("")`, c.Get().Name("a").Name("b").Name("")},
		{`.Name("../secrets/x")`, c.Get().Name("../secrets/x")},
		{`.Namespace("x").Resource("nodes")`, c.Get().Namespace("x").Resource("nodes")},
	} {
		s.Show("%s\n    %v", row.calls, row.r.Do(ctx).Error())
	}
}

func demoWire(ctx context.Context, s *demo.Stage, c *RESTClient, wire *wire) error {
	s.Title("The bytes of a create (> sent, < received)")
	paint := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": "paint"},
	}}
	err := c.Post().Namespace("default").Resource("configmaps").Body(paint).Do(ctx).Into(paint)
	if err != nil {
		return err
	}
	s.Show("%s", wire.take())
	s.Say("Into has read the answer: resourceVersion is now %s.", paint.GetResourceVersion())

	s.Title("The bytes of a read that fails")
	err = c.Get().Namespace("default").Resource("configmaps").Name("gone").Do(ctx).Into(paint)
	s.Show("%s", wire.take())
	s.Say("The Status in the body has become the error, with its reason:")
	s.Show("%v\napierrors.IsNotFound(err): %v", err, apierrors.IsNotFound(err))
	return ctx.Err()
}

func demoRetry(ctx context.Context, s *demo.Stage, server *standIn) error {
	s.Title("A server that is busy is asked again, when it says")
	began := time.Now()
	client, err := RESTClientFor(&Config{
		Host:      "http://stand-in",
		Transport: server.transport(),
		WrapTransport: func(next http.RoundTripper) http.RoundTripper {
			return attempts{next, func(r *http.Request, resp *http.Response) {
				s.Show("%.1f s  %s %s: %s  Retry-After: %q", time.Since(began).Seconds(),
					r.Method, r.URL.Path, resp.Status, resp.Header.Get("Retry-After"))
			}}
		},
	})
	if err != nil {
		return err
	}
	raw, err := client.Get().AbsPath("/busy").DoRaw(ctx)
	if err != nil {
		return fmt.Errorf("the retry: %w", err)
	}
	s.Say("The caller saw one call and one answer: %q.", raw)
	s.Say("(The attempts were seen through Config.WrapTransport: tracing plugs in there.)")
	return nil
}

// attempts reports each HTTP exchange.
type attempts struct {
	next http.RoundTripper
	seen func(*http.Request, *http.Response)
}

// RoundTrip implements http.RoundTripper.
func (a attempts) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := a.next.RoundTrip(r)
	if err == nil {
		a.seen(r, resp)
	}
	return resp, err
}
