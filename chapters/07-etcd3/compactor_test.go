package etcd3

import (
	"context"
	"errors"
	"runtime"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// step runs a step of a compactor that must succeed.
func step(t *testing.T, c *Compactor) {
	t.Helper()
	if err := c.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestACompactorForgetsWhatOneIntervalAgoWasOld(t *testing.T) {
	t.Parallel()
	client := ownClient(t)
	config := podConfig(t, client)
	config.Compactor = NewCompactor(client, 0)
	s := Open(config)

	old := mustCreate(t, s, "a")
	if err := s.GuaranteedUpdate(t.Context(), "/pods/default/a", nil, relabel("1")); err != nil {
		t.Fatal(err)
	}
	step(t, config.Compactor) // only looks
	var during corev1.Pod
	if err := s.GuaranteedUpdate(t.Context(), "/pods/default/a", &during, relabel("2")); err != nil {
		t.Fatal(err)
	}
	if got := s.CompactRevision(); got != 0 {
		t.Fatalf("after the first step, revision %d is compacted", got)
	}
	step(t, config.Compactor)
	if err := s.GuaranteedUpdate(t.Context(), "/pods/default/a", nil, relabel("3")); err != nil {
		t.Fatal(err)
	}

	at := func(version string) error {
		opts := storage.ListOptions{ResourceVersion: version, ResourceVersionMatch: metav1.ResourceVersionMatchExact, Recursive: true}
		return s.GetList(t.Context(), "/pods", opts, &kinds.List{})
	}
	if err := at(old.ResourceVersion); !errors.Is(err, storage.ErrExpired) {
		t.Errorf("the state before the interval: %v, want it expired", err)
	}
	if err := at(during.ResourceVersion); err != nil {
		t.Errorf("a state of the interval: %v", err)
	}
	if s.CompactRevision() == 0 {
		t.Error("the storage does not know of the compaction")
	}
}

func TestOfTwoCompactorsOneCompactsAndTheOtherLearns(t *testing.T) {
	t.Parallel()
	client := ownClient(t)
	one, two := NewCompactor(client, 0), NewCompactor(client, 0)
	s := Open(podConfig(t, client))
	for i, name := range []string{"a", "b", "c"} {
		mustCreate(t, s, name)
		step(t, one)
		step(t, two)
		if one.CompactRevision() != two.CompactRevision() {
			t.Errorf("round %d: one says %d, two says %d", i, one.CompactRevision(), two.CompactRevision())
		}
	}
	if one.CompactRevision() == 0 {
		t.Error("nothing was compacted")
	}
	answer, err := client.Get(t.Context(), compactKey)
	if err != nil || answer.Kvs[0].Version != 3 {
		t.Errorf("%v, %v: want version 3, one for each round", answer, err)
	}
}

func TestAServerKnowsAtOnceWhatAnotherHasCompacted(t *testing.T) {
	t.Parallel()
	client := ownClient(t)
	s := Open(podConfig(t, client))
	compacting := NewCompactor(client, 0)
	mustCreate(t, s, "a")
	step(t, compacting)
	step(t, compacting)
	old := compacting.CompactRevision()
	running := NewCompactor(client, -1) // it never compacts itself
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); running.Run(ctx) }()
	learns := func(what string, revision uint64) {
		t.Helper()
		for ; running.CompactRevision() != revision; runtime.Gosched() {
			if t.Context().Err() != nil {
				t.Fatalf("%s is not known", what)
			}
		}
	}
	learns("what was compacted before the server started", old)
	mustCreate(t, s, "b")
	step(t, compacting)
	learns("what was compacted since", compacting.CompactRevision())
	if compacting.CompactRevision() == old {
		t.Error("nothing was compacted since")
	}
	cancel()
	<-ended
}

func TestAPagingClientGoesOnAfterACompaction(t *testing.T) {
	t.Parallel()
	client := ownClient(t)
	s := Open(podConfig(t, client))
	for _, name := range []string{"a", "b", "c"} {
		mustCreate(t, s, name)
	}
	list := func(token string) (*kinds.List, error) {
		out := &kinds.List{}
		opts := storage.ListOptions{Recursive: true, Predicate: storage.SelectionPredicate{Limit: 1, Continue: token}}
		return out, s.GetList(t.Context(), "/pods", opts, out)
	}
	first, err := list("")
	if err != nil {
		t.Fatal(err)
	}
	compactAll(t, client, mustCreate(t, s, "d"))
	_, err = list(first.Continue)
	var expired *storage.Error
	if !errors.As(err, &expired) || !errors.Is(err, storage.ErrExpired) || expired.Continue == "" {
		t.Fatalf("got %v, want an expired token and a fresh one", err)
	}
	seen := 1
	for token := expired.Continue; token != ""; seen++ {
		page, err := list(token)
		if err != nil {
			t.Fatal(err)
		}
		token = page.Continue
	}
	if seen != 4 {
		t.Errorf("%d objects were seen, want 4", seen)
	}
}

func TestAWatchResumedFromBeforeACompactionEndsWith410AndTeachesTheStorage(t *testing.T) {
	t.Parallel()
	client := ownClient(t)
	s := Open(podConfig(t, client))
	seen := mustCreate(t, s, "a")
	mustCreate(t, s, "b")
	last := mustCreate(t, s, "c")
	compactAll(t, client, last)

	w, err := s.Watch(t.Context(), "/pods", storage.ListOptions{ResourceVersion: seen.ResourceVersion, Recursive: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	e := <-w.ResultChan()
	status, ok := e.Object.(*metav1.Status)
	if e.Type != watch.Error || !ok || status.Code != 410 || status.Reason != metav1.StatusReasonExpired {
		t.Fatalf("got %v %v", e.Type, e.Object)
	}
	if _, open := <-w.ResultChan(); open {
		t.Error("the watch goes on after its error")
	}
	if version, _ := s.Versioner().ObjectResourceVersion(last); s.CompactRevision() != version {
		t.Errorf("the storage knows of a compaction at %d, want %d", s.CompactRevision(), version)
	}
}

// compactAll forgets everything before the version of obj.
func compactAll(t *testing.T, client *clientv3.Client, obj *corev1.Pod) {
	t.Helper()
	version, err := storage.APIObjectVersioner{}.ObjectResourceVersion(obj)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Compact(t.Context(), int64(version), clientv3.WithCompactPhysical()); err != nil {
		t.Fatal(err)
	}
}
