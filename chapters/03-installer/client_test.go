package installer

import (
	"net/http/httptest"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

func TestTheDiscoveryClientReadsBothForms(t *testing.T) {
	t.Parallel()
	container, _ := testServer(t)
	server := httptest.NewServer(dispatched(container))
	t.Cleanup(server.Close)
	for _, legacy := range []bool{false, true} {
		client, err := discovery.NewDiscoveryClientForConfig(&rest.Config{Host: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		client.UseLegacyDiscovery = legacy
		groups, err := restmapper.GetAPIGroupResources(client)
		if err != nil {
			t.Fatal(err)
		}
		mapper := restmapper.NewShortcutExpander(restmapper.NewDiscoveryRESTMapper(groups), client, nil)
		for word, want := range map[string]schema.GroupVersionKind{
			"po":               {Version: "v1", Kind: "Pod"},
			"configmap":        {Version: "v1", Kind: "ConfigMap"},
			"deploy":           {Group: "apps", Version: "v1", Kind: "Deployment"},
			"deployments.apps": {Group: "apps", Version: "v1", Kind: "Deployment"},
		} {
			got, err := mapper.KindFor(schema.ParseGroupResource(word).WithVersion(""))
			if err != nil || got != want {
				t.Errorf("legacy %v: %s is %v, %v, want %v", legacy, word, got, err, want)
			}
		}
		_, lists, err := client.ServerGroupsAndResources()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, list := range lists {
			for _, r := range list.APIResources {
				names = append(names, list.GroupVersion+" "+r.Name)
			}
		}
		for _, want := range []string{"v1 namespaces/finalize", "v1 nodes/proxy", "apps/v1 deployments/scale"} {
			if !slices.Contains(names, want) {
				t.Errorf("legacy %v: %s is not in %q", legacy, want, names)
			}
		}
	}
}
