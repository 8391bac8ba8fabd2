package etcd3

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// rawValue is what a client that knows nothing of Kubernetes sees under a key.
func rawValue(tb testing.TB, client *clientv3.Client, key string) []byte {
	tb.Helper()
	answer, err := client.Get(tb.Context(), key)
	if err != nil {
		tb.Fatal(err)
	}
	if len(answer.Kvs) != 1 {
		tb.Fatalf("%d values under %s, want 1", len(answer.Kvs), key)
	}
	return answer.Kvs[0].Value
}

func TestKeyAndBytesAreThoseOfKubeAPIServer(t *testing.T) {
	t.Parallel()
	client := ownClient(t)
	config := podConfig(t, client)
	config.Prefix = "" // the default
	created := mustCreate(t, Open(config), "x")

	value := rawValue(t, client, "/registry/pods/default/x")
	body, ok := bytes.CutPrefix(value, []byte("k8s\x00"))
	if !ok {
		t.Fatalf("the value begins with %q, want k8s and a zero byte", value[:min(8, len(value))])
	}
	var envelope runtime.Unknown
	if err := envelope.Unmarshal(body); err != nil {
		t.Fatal(err)
	}
	if envelope.APIVersion != "v1" || envelope.Kind != "Pod" {
		t.Errorf("the envelope says %s %s", envelope.APIVersion, envelope.Kind)
	}
	var pod corev1.Pod
	if err := pod.Unmarshal(envelope.Raw); err != nil {
		t.Fatal(err)
	}
	if pod.Name != "x" || pod.ResourceVersion != "" || created.ResourceVersion == "" {
		t.Errorf("stored: name %q, version %q; returned: version %q", pod.Name, pod.ResourceVersion, created.ResourceVersion)
	}
}

func TestOfValuesThatCannotBeReadTheListNamesEachAndHidesNoOther(t *testing.T) {
	t.Parallel()
	f := openFixture(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		mustCreate(t, f.Storage, name)
	}
	for _, name := range []string{"b", "d"} {
		if err := f.Corrupt(t.Context(), "/pods/default/"+name); err != nil {
			t.Fatal(err)
		}
	}
	for _, limit := range []int64{0, 2} {
		out := &kinds.List{}
		opts := storage.ListOptions{Recursive: true, Predicate: storage.SelectionPredicate{Limit: limit}}
		err := f.Storage.GetList(t.Context(), "/pods", opts, out)
		if !errors.Is(err, storage.ErrCorrupt) {
			t.Fatalf("limit %d: got error %v", limit, err)
		}
		if !strings.Contains(err.Error(), "/pods/default/b") {
			t.Errorf("limit %d: the error does not name b: %v", limit, err)
		}
		var names []string
		for _, item := range out.Items {
			names = append(names, item.(*corev1.Pod).Name)
		}
		if !slices.Equal(names, []string{"a", "c"}) || out.ResourceVersion == "" {
			t.Errorf("limit %d: the list has %v at version %q, want a and c", limit, names, out.ResourceVersion)
		}
	}
}

func TestWhatCreateReturnsOfAnUnstructuredObjectIsNotTheObjectPassedIn(t *testing.T) {
	t.Parallel()
	config := podConfig(t, sharedClient(t))
	config.Resource = "/widgets"
	config.Codec = unstructured.UnstructuredJSONScheme
	config.NewFunc = func() runtime.Object { return &unstructured.Unstructured{} }
	in := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Widget", "metadata": map[string]any{"name": "w"},
	}}
	var out unstructured.Unstructured
	if err := Open(config).Create(t.Context(), "/widgets/w", in, &out, 0); err != nil {
		t.Fatal(err)
	}
	if in.GetResourceVersion() != "" || out.GetResourceVersion() == "" {
		t.Errorf("the object passed in has version %q, the result %q", in.GetResourceVersion(), out.GetResourceVersion())
	}
	value := rawValue(t, sharedClient(t), config.Prefix+"/widgets/w")
	want := `{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"}}`
	if got := strings.TrimSpace(string(value)); got != want {
		t.Errorf("stored %s, want %s", got, want)
	}
}

func TestTooLargeAnObjectIsRefusedInTheWordsOfEtcd(t *testing.T) {
	t.Parallel()
	large := newPod("large")
	large.Annotations = map[string]string{"a": strings.Repeat("x", 2<<20)}
	err := Open(podConfig(t, sharedClient(t))).Create(t.Context(), "/pods/default/large", large, nil, 0)
	if err == nil || !strings.Contains(err.Error(), "etcdserver: request is too large") {
		t.Errorf("got %v", err)
	}
}
