package etcd3

import (
	"slices"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// observed is a storage whose requests to etcd are noted as "operation resource".
func observed(t *testing.T) (s storage.Interface, requests func() []string) {
	config := podConfig(t, sharedClient(t))
	var mu sync.Mutex
	var noted []string
	observe := func(c Request) {
		mu.Lock()
		defer mu.Unlock()
		noted = append(noted, c.Operation()+" "+c.Resource(config.Prefix))
	}
	config.Client = &clientv3.Client{
		KV: WrapKV(config.Client.KV, observe), Lease: config.Client.Lease, Watcher: config.Client.Watcher,
	}
	return Open(config), func() []string {
		mu.Lock()
		defer mu.Unlock()
		taken := noted
		noted = nil
		return taken
	}
}

func TestEachOperationMakesAsFewRequestsAsItCan(t *testing.T) {
	t.Parallel()
	s, requests := observed(t)
	current := &corev1.Pod{}
	stale := mustCreate(t, s, "x")
	requests()
	update := func(u storage.Update, hint *corev1.Pod) error {
		if hint != nil {
			u.CachedExistingObject = hint.DeepCopy()
		}
		return s.GuaranteedUpdate(t.Context(), "/pods/default/x", current, u)
	}
	for _, row := range []struct {
		name string
		call func() error
		want []string
	}{
		{"create", func() error { return s.Create(t.Context(), "/pods/default/y", newPod("y"), nil, 0) }, []string{"create pods"}},
		{"get", func() error { return s.Get(t.Context(), "/pods/default/x", storage.GetOptions{}, current) }, []string{"get pods"}},
		{"update", func() error { return update(relabel("1"), nil) }, []string{"get pods", "update pods"}},
		{"update with a fresh hint", func() error { return update(relabel("2"), current) }, []string{"update pods"}},
		{"update with a stale hint", func() error { return update(relabel("3"), stale) }, []string{"update pods", "update pods"}},
		{"update of nothing", func() error { return update(relabel("3"), nil) }, []string{"get pods"}},
		{"update of nothing with a hint", func() error { return update(relabel("3"), current) }, []string{"get pods"}},
		{"list", func() error {
			return s.GetList(t.Context(), "/pods", storage.ListOptions{Recursive: true}, &kinds.List{})
		}, []string{"list pods"}},
		{"stats", func() error { _, err := s.Stats(t.Context()); return err }, []string{"count pods"}},
		{"delete with a fresh hint", func() error {
			return s.Delete(t.Context(), "/pods/default/x", nil, storage.DeleteOptions{CachedExistingObject: current})
		}, []string{"delete pods"}},
		{"delete", func() error {
			return s.Delete(t.Context(), "/pods/default/y", nil, storage.DeleteOptions{})
		}, []string{"get pods", "delete pods"}},
	} {
		if err := row.call(); err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		got := requests()
		if !slices.Equal(got, row.want) {
			t.Errorf("%s made the requests %q, want %q", row.name, got, row.want)
		}
	}
}

func TestASelectiveListReadsGrowingPages(t *testing.T) {
	t.Parallel()
	s, requests := observed(t)
	for i := range 16 {
		mustCreate(t, s, string(rune('a'+i)))
	}
	requests()
	opts := storage.ListOptions{Recursive: true, Predicate: storage.SelectionPredicate{Limit: 1}}
	opts.Predicate.Label = labelled("p")
	out := &kinds.List{}
	if err := s.GetList(t.Context(), "/pods", opts, out); err != nil || len(out.Items) != 1 {
		t.Fatalf("%d items, %v", len(out.Items), err)
	}
	if got := len(requests()); got != 5 { // 1 + 2 + 4 + 8 + the last
		t.Errorf("%d requests, want 5", got)
	}
}
