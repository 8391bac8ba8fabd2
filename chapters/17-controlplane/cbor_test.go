package controlplane

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/dynamic"
	clientfeatures "k8s.io/client-go/features"
	clientfeaturestesting "k8s.io/client-go/features/testing"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
)

// contentTypes are those of the requests and answers that passed, with the method before them.
type contentTypes struct {
	next http.RoundTripper

	mu   sync.Mutex
	seen map[string]bool
}

// RoundTrip implements http.RoundTripper.
func (c *contentTypes) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Body != nil {
		c.seen[r.Method+" "+r.Header.Get("Content-Type")] = true
	}
	c.seen[r.Method+" answered "+resp.Header.Get("Content-Type")] = true
	return resp, nil
}

// serveCBOR runs a server with or without CBOR, and returns how clients reach it, and its etcd's value at a key.
func serveCBOR(t *testing.T, mediaType string, features ...string) (*rest.Config, *contentTypes, func(key string) string) {
	t.Helper()
	etcd := newEtcd(t)
	listener := httptest.NewServer(runWith(t, Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme(), features...)}, Etcd: etcd, MediaType: mediaType,
	}))
	t.Cleanup(func() { listener.CloseClientConnections(); listener.Close() })
	seen := &contentTypes{seen: map[string]bool{}}
	config := &rest.Config{Host: listener.URL, WrapTransport: func(next http.RoundTripper) http.RoundTripper {
		seen.next = next
		return seen
	}}
	return config, seen, func(key string) string {
		found, err := etcd.Get(t.Context(), key)
		if err != nil || len(found.Kvs) != 1 {
			t.Fatalf("%s: %v, %v", key, found, err)
		}
		return string(found.Kvs[0].Value)
	}
}

func preferCBOR(t *testing.T) {
	clientfeaturestesting.SetFeatureDuringTest(t, clientfeatures.ClientsAllowCBOR, true)
	clientfeaturestesting.SetFeatureDuringTest(t, clientfeatures.ClientsPreferCBOR, true)
}

var configMapResource = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

// Not parallel: the feature gates of client-go are global.
func TestClientGoSpeaksCBOR(t *testing.T) {
	preferCBOR(t)
	config, seen, stored := serveCBOR(t, runtime.ContentTypeCBOR, kinds.CBORServingAndStorage)
	ctx := t.Context()
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	api := client.Resource(configMapResource).Namespace("default")
	watching, err := api.Watch(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer watching.Stop()
	made := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "paint"}, "data": map[string]any{"color": "blue"},
	}}
	if made, err = api.Create(ctx, made, metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict}); err != nil {
		t.Fatal(err)
	}
	if event := <-watching.ResultChan(); event.Object.(*unstructured.Unstructured).GetResourceVersion() != made.GetResourceVersion() {
		t.Errorf("watched %v", event)
	}
	list, err := api.List(ctx, metav1.ListOptions{})
	if err != nil || len(list.Items) != 1 || list.Items[0].GetName() != "paint" {
		t.Errorf("listed %v, %v", list, err)
	}
	wanted := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "paint"}, "data": map[string]any{"shade": "dark"},
	}}
	if _, err = api.Apply(ctx, "paint", wanted, metav1.ApplyOptions{FieldManager: "painter"}); err != nil {
		t.Fatal(err)
	}
	got, err := api.Get(ctx, "paint", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if data, _, _ := unstructured.NestedStringMap(got.Object, "data"); data["color"] != "blue" || data["shade"] != "dark" {
		t.Errorf("got %v", got)
	}
	if value := stored("/registry/configmaps/default/paint"); !strings.HasPrefix(value, "\xd9\xd9\xf7") {
		t.Errorf("stored %.20q", value)
	}
	if err := api.Delete(ctx, "paint", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"POST application/cbor", "POST answered application/cbor", "PATCH application/apply-patch+cbor", "PATCH answered application/cbor",
		"GET answered application/cbor", "GET answered application/cbor-seq", "DELETE application/cbor",
	} {
		if !seen.seen[want] {
			t.Errorf("no %s: %v", want, seen.seen)
		}
	}
	for have := range seen.seen {
		if !strings.Contains(have, "cbor") {
			t.Errorf("not in CBOR: %s", have)
		}
	}
}

func TestTypedClientsOfClientGoSpeakCBOR(t *testing.T) {
	preferCBOR(t)
	config, seen, stored := serveCBOR(t, runtime.ContentTypeProtobuf, kinds.CBORServingAndStorage)
	config.ContentType = runtime.ContentTypeCBOR
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	api := client.CoreV1().Secrets("default")
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "a"}, Data: map[string][]byte{"k": {0, 1, 255}}}
	if _, err := api.Create(t.Context(), secret, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	applied := corev1ac.Secret("a", "default").WithLabels(map[string]string{"x": "y"})
	if _, err := api.Apply(t.Context(), applied, metav1.ApplyOptions{FieldManager: "m"}); err != nil {
		t.Fatal(err)
	}
	got, err := api.Get(t.Context(), "a", metav1.GetOptions{})
	if err != nil || string(got.Data["k"]) != "\x00\x01\xff" || got.Labels["x"] != "y" {
		t.Errorf("%v, %v", got, err)
	}
	if value := stored("/registry/secrets/default/a"); !strings.HasPrefix(value, "k8s\x00") {
		t.Errorf("stored %.20q", value)
	}
	if !seen.seen["POST application/cbor"] || !seen.seen["GET answered application/cbor"] {
		t.Errorf("%v", seen.seen)
	}
}

func TestWithoutTheFeatureGateAClientOfCBORFallsBackToJSON(t *testing.T) {
	preferCBOR(t)
	config, seen, _ := serveCBOR(t, runtime.ContentTypeProtobuf)
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	api := client.Resource(configMapResource).Namespace("default")
	made := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "a"}}}
	if _, err := api.Create(t.Context(), made, metav1.CreateOptions{}); err == nil || !strings.Contains(err.Error(), "415") && !strings.Contains(err.Error(), "unknown format") {
		t.Fatalf("the first request in CBOR: %v", err)
	}
	if _, err := api.Create(t.Context(), made, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if !seen.seen["POST answered application/json"] {
		t.Errorf("%v", seen.seen)
	}
}
