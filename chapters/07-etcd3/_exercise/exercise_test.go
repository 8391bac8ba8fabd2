package exercise

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/storagetest"
	etcd3 "kubepath/chapters/07-etcd3"
)

func TestCreateStoresWhatOthersCanRead(t *testing.T) {
	b := newBench(t)
	var out corev1.Pod
	if err := b.yours.Create(b.ctx, nginx, pod("mine"), &out, 0); err != nil {
		t.Fatalf("Create of a key that does not exist: %v, want no error", err)
	}
	stored := b.stored()
	if stored == nil {
		t.Fatal("Create returned nil, but nothing lies under the key")
	}
	if stored.Labels["mine"] != "yes" || out.Labels["mine"] != "yes" {
		t.Errorf("stored labels %v, delivered labels %v: want those of the object that was passed in", stored.Labels, out.Labels)
	}
	if out.ResourceVersion != stored.ResourceVersion {
		t.Errorf("Create delivered resourceVersion %q, but the key was last changed at revision %s: the answer's header has the revision of the write",
			out.ResourceVersion, stored.ResourceVersion)
	}
}

func TestCreateIsOneRequestToEtcd(t *testing.T) {
	b := newBench(t)
	if err := b.yours.Create(b.ctx, nginx, pod("mine"), nil, 0); err != nil {
		t.Fatal(err)
	}
	if n := b.kv.requests.Load(); n != 1 {
		t.Errorf("Create made %d requests, want 1: the transaction itself can ask whether the key exists", n)
	}
}

func TestCreateOfAnExistingKeyIsRefused(t *testing.T) {
	b := newBench(t)
	b.given("first")
	err := b.yours.Create(b.ctx, nginx, pod("second"), nil, 0)
	if !errors.Is(err, storage.ErrExists) {
		t.Errorf("Create of an existing key: %v, want storage.ErrExists, which a client sees as 409 AlreadyExists", err)
	}
	if b.stored().Labels["first"] != "yes" {
		t.Error("the object that was there has been overwritten")
	}
}

func TestCreateIsRefusedAlsoWhenAnotherIsFasterByAHair(t *testing.T) {
	b := newBench(t)
	b.kv.beforeWrite = first(1, func(int) { b.given("first") })
	err := b.yours.Create(b.ctx, nginx, pod("second"), nil, 0)
	if !errors.Is(err, storage.ErrExists) {
		t.Errorf("somebody created the key just before your write: %v, want storage.ErrExists. Who checks first and writes then leaves a gap between the two", err)
	}
	if p := b.stored(); p != nil && p.Labels["second"] == "yes" {
		t.Error("the object of the faster one has been overwritten")
	}
}

func TestOfEightCreatorsExactlyOneWins(t *testing.T) {
	b := newBench(t)
	b.kv.beforeWrite = b.gate(8)
	var mu sync.Mutex
	won := []string{}
	together(8, func(i int) {
		name := fmt.Sprintf("creator-%d", i)
		if err := b.yours.Create(b.ctx, nginx, pod(name), nil, 0); err == nil {
			mu.Lock()
			defer mu.Unlock()
			won = append(won, name)
		}
	})
	if len(won) != 1 {
		t.Fatalf("%d of eight were told that they created the object, want exactly 1", len(won))
	}
	if labels := b.stored().Labels; labels[won[0]] != "yes" {
		t.Errorf("%s was told that it won, but stored is %v", won[0], labels)
	}
}

func TestUpdateWritesWhatMutateMade(t *testing.T) {
	b := newBench(t)
	b.given("first")
	var out corev1.Pod
	if err := b.yours.GuaranteedUpdate(b.ctx, nginx, &out, adding("mine")); err != nil {
		t.Fatalf("GuaranteedUpdate with nobody else around: %v, want no error", err)
	}
	stored := b.stored()
	if stored.Labels["first"] != "yes" || stored.Labels["mine"] != "yes" {
		t.Errorf("stored labels %v, want first and mine", stored.Labels)
	}
	if out.ResourceVersion != stored.ResourceVersion {
		t.Errorf("delivered resourceVersion %q, but the key was last changed at revision %s: a client that updates with what it was given will be told that it is stale",
			out.ResourceVersion, stored.ResourceVersion)
	}
}

func TestALostRaceIsNotTheCallersProblem(t *testing.T) {
	b := newBench(t)
	b.given("first")
	b.kv.beforeWrite = first(1, func(int) { b.byAnother("other") })
	if err := b.yours.GuaranteedUpdate(b.ctx, nginx, nil, adding("mine")); err != nil {
		t.Errorf("somebody wrote between your read and your write: %v, want another attempt and no error", err)
	}
	if labels := b.stored().Labels; labels["mine"] != "yes" {
		t.Errorf("stored labels %v, want mine among them in the end", labels)
	}
}

func TestWhatTheFasterWriterWroteIsKept(t *testing.T) {
	b := newBench(t)
	b.given("first")
	b.kv.beforeWrite = first(1, func(int) { b.byAnother("other") })
	err := b.yours.GuaranteedUpdate(b.ctx, nginx, nil, adding("mine"))
	if labels := b.stored().Labels; labels["other"] != "yes" {
		t.Errorf("stored labels %v: the write that was faster is lost (GuaranteedUpdate returned %v). Mutate must run again on what is there now", labels, err)
	}
}

func TestThreeLostRacesInARowAreThreeNewAttempts(t *testing.T) {
	b := newBench(t)
	b.given("first")
	b.kv.beforeWrite = first(3, func(i int) { b.byAnother(fmt.Sprintf("other-%d", i)) })
	if err := b.yours.GuaranteedUpdate(b.ctx, nginx, nil, adding("mine")); err != nil {
		t.Fatalf("after three lost races: %v, want a fourth attempt, which nobody disturbs", err)
	}
	labels := b.stored().Labels
	for _, want := range []string{"first", "other-1", "other-2", "other-3", "mine"} {
		if labels[want] != "yes" {
			t.Errorf("stored labels %v: %s is lost", labels, want)
		}
	}
}

func TestEightWritersAtOnceLoseNothing(t *testing.T) {
	b := newBench(t)
	b.given("first")
	pass := b.gate(8)
	errs := make([]error, 8)
	together(8, func(i int) {
		u := adding(fmt.Sprintf("writer-%d", i))
		mutate := u.Mutate
		u.Mutate = func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
			pass() // all eight have read before the first one writes
			return mutate(old, meta)
		}
		errs[i] = b.yours.GuaranteedUpdate(b.ctx, nginx, nil, u)
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatalf("eight writers at once: %v, want none to fail", err)
	}
	if labels := b.stored().Labels; len(labels) != 9 {
		t.Errorf("eight writers added a label each, %d of 8 are stored: %v", len(labels)-1, labels)
	}
}

func TestADeletedObjectIsNotBroughtBack(t *testing.T) {
	b := newBench(t)
	b.given("first")
	b.kv.beforeWrite = first(1, func(int) {
		if err := b.real.Delete(b.ctx, nginx, nil, storage.DeleteOptions{}); err != nil {
			t.Error(err)
		}
	})
	err := b.yours.GuaranteedUpdate(b.ctx, nginx, nil, adding("mine"))
	if !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("somebody deleted the object between your read and your write: %v, want storage.ErrNotFound", err)
	}
	if b.stored() != nil {
		t.Error("the object is back: it was deleted, and your write created it again")
	}
}

func TestAnUpdateThatChangesNothingIsNotWritten(t *testing.T) {
	b := newBench(t)
	before := b.given("first")
	if err := b.yours.GuaranteedUpdate(b.ctx, nginx, nil, adding("first")); err != nil {
		t.Fatal(err)
	}
	if now := b.stored(); now.ResourceVersion != before.ResourceVersion {
		t.Errorf("resourceVersion went from %s to %s, but nothing changed: every watcher in the cluster was woken for it",
			before.ResourceVersion, now.ResourceVersion)
	}
}

func TestAnErrorOfMutateEndsTheUpdate(t *testing.T) {
	b := newBench(t)
	b.given("first")
	refusal := errors.New("not allowed")
	err := b.yours.GuaranteedUpdate(b.ctx, nginx, nil, storage.Update{
		Mutate: func(runtime.Object, storage.ResponseMeta) (storage.MutateResult, error) {
			return storage.MutateResult{}, refusal
		},
	})
	if err != refusal {
		t.Errorf("got %v, want the error that Mutate returned, as it is", err)
	}
}

// TestTheWholeContract is the suite that chapter 5's memory and chapter 7's etcd3 pass. It begins when the claims above
// hold, since each of them says more clearly what is wrong.
func TestTheWholeContract(t *testing.T) {
	if broken {
		t.Skip("first the claims above")
	}
	storagetest.Run(t, func(tb testing.TB) storagetest.Fixture {
		server, err := shared()
		if err != nil {
			tb.Fatal(err)
		}
		config := newConfig(tb, server.Client())
		return storagetest.Fixture{
			Storage: New(etcd3.Open(config), config),
			Compact: func(ctx context.Context, revision uint64) error {
				_, err := config.Client.Compact(ctx, int64(revision), clientv3.WithCompactPhysical())
				return err
			},
			Corrupt: func(ctx context.Context, key string) error {
				_, err := config.Client.Put(ctx, config.Prefix+key, "k8s\x00 not a pod")
				return err
			},
			RawGet: func(ctx context.Context, key string) ([]byte, error) {
				answer, err := config.Client.Get(ctx, config.Prefix+key)
				if err != nil || len(answer.Kvs) == 0 {
					return nil, err
				}
				return answer.Kvs[0].Value, nil
			},
		}
	})
}

// byAnother is a write by somebody else, with chapter 7's own storage.
func (b *bench) byAnother(label string) {
	b.Helper()
	if err := b.real.GuaranteedUpdate(b.ctx, nginx, nil, adding(label)); err != nil {
		b.Error(err)
	}
}

// together runs n functions at once.
func together(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}
