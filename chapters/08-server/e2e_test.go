package server

import (
	"context"
	"net/http/httptest"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	clientrest "k8s.io/client-go/rest"

	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
)

// configMaps is the store of chapter 6 for configmaps, over a storage in memory.
func configMaps(s *GenericAPIServer) *registry.Store {
	newFunc := func() runtime.Object { return &corev1.ConfigMap{} }
	return &registry.Store{
		Kind:     corev1.SchemeGroupVersion.WithKind("ConfigMap"),
		Resource: schema.GroupResource{Resource: "configmaps"},
		Singular: "configmap",
		Short:    []string{"cm"},
		NewFunc:  newFunc,
		Storage:  s.Metrics().InstrumentStorage(memory.Open(memory.Config{NewFunc: newFunc, Resource: "/configmaps"}), "configmaps"),
		Strategy: registry.Namespaced{},
	}
}

// serve serves configmaps on a real listener and returns the base URL.
func serve(t testing.TB, s *GenericAPIServer) *httptest.Server {
	t.Helper()
	v1 := corev1.SchemeGroupVersion
	err := s.InstallLegacyAPIGroup(&APIGroupInfo{
		PrioritizedVersions:          []schema.GroupVersion{v1},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"configmaps": configMaps(s)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return web
}

func TestClientGoUsesTheServer(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	web := serve(t, s)
	for _, contentType := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
		t.Run(contentType, func(t *testing.T) {
			t.Parallel()
			config := &clientrest.Config{Host: web.URL, ContentConfig: clientrest.ContentConfig{ContentType: contentType}}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				t.Fatal(err)
			}
			namespace := "n" + contentType[len(contentType)-4:]
			useConfigMaps(t, client, namespace)
		})
	}
}

func useConfigMaps(t *testing.T, client kubernetes.Interface, namespace string) {
	ctx, maps := context.Background(), client.CoreV1().ConfigMaps(namespace)
	made, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "a"}, Data: map[string]string{"k": "v"}}, metav1.CreateOptions{})
	if err != nil || made.UID == "" || made.ResourceVersion == "" {
		t.Fatalf("create: %v %v", made, err)
	}
	if _, err := maps.Create(ctx, made.DeepCopy(), metav1.CreateOptions{}); err == nil {
		t.Fatal("create of an existing object passed")
	}
	got, err := maps.Get(ctx, "a", metav1.GetOptions{})
	if err != nil || got.Data["k"] != "v" {
		t.Fatalf("get: %v %v", got, err)
	}
	got.Data["k"] = "w"
	if _, err := maps.Update(ctx, got, metav1.UpdateOptions{}); err != nil {
		t.Fatalf("update: %v", err)
	}
	if _, err := maps.Update(ctx, got, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		t.Fatalf("stale update: %v, want a conflict", err)
	}
	list, err := maps.List(ctx, metav1.ListOptions{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Data["k"] != "w" {
		t.Fatalf("list: %v %v", list, err)
	}
	if err := maps.Delete(ctx, "a", metav1.DeleteOptions{}); err != nil {
		t.Fatalf("delete: %v", err)
	}
	if _, err := maps.Get(ctx, "a", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Fatalf("get of what was deleted: %v, want not found", err)
	}
	found, err := client.Discovery().ServerPreferredResources()
	if err != nil || len(found) != 1 || found[0].APIResources[0].Name != "configmaps" {
		t.Fatalf("discovery: %v %v", found, err)
	}
}
