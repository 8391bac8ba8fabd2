package kinds

import (
	"errors"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func widget(group, version, short string) Resource {
	return Resource{
		Kind: schema.GroupVersionKind{Group: group, Version: version, Kind: "Widget"},
		Name: "widgets", ShortNames: []string{short}, Namespaced: true,
	}
}

// served are some resources of Kubernetes.
func served() []Resource {
	row := func(group, version, kind, name string, namespaced bool, short ...string) Resource {
		gv := schema.GroupVersion{Group: group, Version: version}
		return Resource{Kind: gv.WithKind(kind), Name: name, ShortNames: short, Namespaced: namespaced}
	}
	return []Resource{
		row("", "v1", "Pod", "pods", true, "po"),
		row("", "v1", "Node", "nodes", false, "no"),
		row("", "v1", "Event", "events", true, "ev"),
		row("", "v1", "Endpoints", "endpoints", true, "ep"),
		row("apps", "v1", "Deployment", "deployments", true, "deploy"),
		row("events.k8s.io", "v1", "Event", "events", true, "ev"),
		row("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true, "hpa"),
		row("autoscaling", "v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true, "hpa"),
		row("networking.k8s.io", "v1", "Ingress", "ingresses", true, "ing"),
		row("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true, "netpol"),
		row("rbac.authorization.k8s.io", "v1", "Role", "roles", true),
	}
}

func TestFindTakesWhateverAPersonTypes(t *testing.T) {
	t.Parallel()
	rows := append(served(), widget("a.example.com", "v1", "w"), widget("b.example.com", "v1", "w"))
	rows = append(rows, Resource{Kind: schema.GroupVersionKind{Group: "c.example.com", Version: "v1", Kind: "Watt"}, Name: "watts", ShortNames: []string{"w"}})
	mapper := NewRESTMapper(rows...)
	for arg, want := range map[string]string{
		"po": "/v1, Resource=pods", "pod": "/v1, Resource=pods", "pods": "/v1, Resource=pods",
		"Pod": "/v1, Resource=pods", "PODS": "/v1, Resource=pods", "pods.v1.": "/v1, Resource=pods",
		"deploy": "apps/v1, Resource=deployments", "deploy.apps": "apps/v1, Resource=deployments",
		"deployments.v1.apps": "apps/v1, Resource=deployments", "Deployment.v1.apps": "apps/v1, Resource=deployments",
		"ev":                  "/v1, Resource=events",
		"events.ev":           "events.k8s.io/v1, Resource=events",
		"hpa":                 "autoscaling/v2, Resource=horizontalpodautoscalers",
		"hpa.v1.autoscaling":  "autoscaling/v1, Resource=horizontalpodautoscalers",
		"widgets":             "a.example.com/v1, Resource=widgets",
		"widgets.b":           "b.example.com/v1, Resource=widgets",
		"roles.rbac":          "rbac.authorization.k8s.io/v1, Resource=roles",
		"w":                   `/, Resource=w matches multiple resources`,
		"deployments.v9.apps": `the server doesn't have a resource type "deployments.v9.apps": did you mean deployments?`,
		"deplyoments":         `the server doesn't have a resource type "deplyoments": did you mean deployments?`,
		"nodez":               `the server doesn't have a resource type "nodez": did you mean nodes?`,
		"unicorns":            `the server doesn't have a resource type "unicorns"`,
		"":                    `the server doesn't have a resource type ""`,
	} {
		r, err := mapper.Find(arg)
		got := text(err)
		if err == nil {
			got = r.GVR().String()
		}
		if got != want && !(strings.HasSuffix(want, "resources") && strings.HasPrefix(got, want)) {
			t.Errorf("%q: got %s, want %s", arg, got, want)
		}
	}
}

func TestAPartialNameOfSeveralGroupsIsAmbiguous(t *testing.T) {
	t.Parallel()
	mapper := NewRESTMapper(widget("a.example.com", "v2", "w"), widget("a.example.com", "v1", "w"), widget("b.example.com", "v1", "x"))
	widgets := schema.GroupVersionResource{Resource: "widgets"}
	if _, err := mapper.KindFor(widgets); !errors.Is(err, &meta.AmbiguousResourceError{}) {
		t.Errorf("got %v", err)
	}
	if all, _ := mapper.ResourcesFor(widgets); len(all) != 3 {
		t.Errorf("got %v", all)
	}
	for partial, want := range map[schema.GroupVersionResource]string{
		{Group: "a.example.com", Resource: "widgets"}:                "a.example.com/v2, Kind=Widget",
		{Group: "a", Resource: "WIDGET"}:                             "a.example.com/v2, Kind=Widget",
		{Group: "a.example.com", Version: "v1", Resource: "widgets"}: "a.example.com/v1, Kind=Widget",
		{Resource: "x"}: "b.example.com/v1, Kind=Widget",
		{Resource: "w"}: "a.example.com/v2, Kind=Widget",
	} {
		if kind, err := mapper.KindFor(partial); err != nil || kind.String() != want {
			t.Errorf("%v: got %v, %v, want %s", partial, kind, err, want)
		}
	}
}

func TestAKindIsServedInThePreferredVersionUnlessOneIsAskedFor(t *testing.T) {
	t.Parallel()
	mapper := NewRESTMapper(served()...)
	hpa := schema.GroupKind{Group: "autoscaling", Kind: "HorizontalPodAutoscaler"}
	for version, want := range map[string]string{"": "v2", "v1": "v1", "__internal": "v2", "v9": ""} {
		mapping, err := mapper.RESTMapping(hpa, version)
		switch {
		case want == "" && !meta.IsNoMatchError(err):
			t.Errorf("%s: got %v", version, err)
		case want != "" && (err != nil || mapping.Resource.Version != want || mapping.Scope != meta.RESTScopeNamespace):
			t.Errorf("%s: got %+v, %v", version, mapping, err)
		}
	}
	if all, err := mapper.RESTMappings(hpa); err != nil || len(all) != 2 {
		t.Errorf("got %v, %v", all, err)
	}
	if m, err := mapper.RESTMapping(hpa, "v9", "v1"); err != nil || m.GroupVersionKind.Version != "v1" {
		t.Errorf("got %v, %v", m, err)
	}
	if m, err := mapper.RESTMapping(schema.GroupKind{Kind: "Node"}); err != nil || m.Scope != meta.RESTScopeRoot {
		t.Errorf("got %v, %v", m, err)
	}
}

func TestTheMapperKnowsScopesAndSingulars(t *testing.T) {
	t.Parallel()
	status := widget("a.example.com", "v1", "w")
	status.Name = "widgets/status"
	mapper := NewRESTMapper(append(served(), status)...)
	if namespaced, ok := mapper.Namespaced(schema.GroupResource{Resource: "pods"}); !ok || !namespaced {
		t.Error("pods")
	}
	if namespaced, ok := mapper.Namespaced(schema.GroupResource{Resource: "nodes"}); !ok || namespaced {
		t.Error("nodes")
	}
	if _, ok := mapper.Namespaced(schema.GroupResource{Group: "apps", Resource: "pods"}); ok {
		t.Error("pods.apps")
	}
	for plural, want := range map[string]string{"pods": "pod", "networkpolicies": "networkpolicy", "endpoints": "endpoints", "ingresses": "ingress"} {
		if got, err := mapper.ResourceSingularizer(plural); err != nil || got != want {
			t.Errorf("%s: got %s, %v", plural, got, err)
		}
	}
	for _, err := range []error{
		second(mapper.ResourceSingularizer("widgets")), second(mapper.KindsFor(schema.GroupVersionResource{Resource: "widgets"})),
		second(mapper.ResourceFor(schema.GroupVersionResource{Resource: "pods", Version: "v2"})),
		second(mapper.ResourcesFor(schema.GroupVersionResource{Resource: "pods", Group: "apps"})),
	} {
		if !meta.IsNoMatchError(err) {
			t.Errorf("got %v", err)
		}
	}
	if len(mapper.Resources()) != len(served()) {
		t.Error("a subresource has a row")
	}
}

func second[T any](_ T, err error) error { return err }
