package exercise

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	"kubepath/chapters/05-storage/storagetest"
	"kubepath/internal/tools/exercise/exercisetest"
)

func TestWhatMutateMakesIsStoredAndDelivered(t *testing.T) {
	b := newBench(t)
	before := b.given("first")
	var out corev1.Pod
	if err := b.update(&out, storage.Update{Mutate: adding("mine")}); err != nil {
		t.Fatalf("an update with nobody else around: %v, want no error", err)
	}
	stored := b.stored()
	if stored.Labels["first"] != "yes" || stored.Labels["mine"] != "yes" {
		t.Errorf("stored labels %v, want first and mine", stored.Labels)
	}
	if out.ResourceVersion == before.ResourceVersion || out.ResourceVersion != stored.ResourceVersion {
		t.Errorf("delivered resourceVersion %q, stored is %q, before it was %q: a client that goes on with what it was given would be told that it is stale",
			out.ResourceVersion, stored.ResourceVersion, before.ResourceVersion)
	}
}

func TestAfterALostRaceMutateRunsOnWhatTheWinnerWrote(t *testing.T) {
	b := newBench(t)
	b.given("first")
	b.beforeSwap(func() { b.byAnother(adding("winner")) })
	if err := b.update(nil, storage.Update{Mutate: adding("mine")}); err != nil {
		t.Fatalf("somebody wrote between your read and your swap: %v, want another attempt and no error", err)
	}
	if l := b.stored().Labels; l["winner"] != "yes" || l["mine"] != "yes" {
		t.Errorf("stored labels %v, want winner and mine: what the faster writer wrote is lost unless Mutate runs again, on it", l)
	}
}

func TestPreconditionsHoldForTheStateThatIsReplaced(t *testing.T) {
	b := newBench(t)
	before := b.given("first")
	b.beforeSwap(func() { b.byAnother(adding("winner")) })
	err := b.update(nil, storage.Update{
		Mutate:        adding("mine"),
		Preconditions: &metav1.Preconditions{ResourceVersion: &before.ResourceVersion},
	})
	if !errors.Is(err, storage.ErrPrecondition) {
		t.Errorf("the object was at version %s, as required, and changed before your swap: got error %v, want storage.ErrPrecondition. "+
			"What held before the lost race need not hold after it", before.ResourceVersion, err)
	}
	if l := b.stored().Labels; l["mine"] == "yes" {
		t.Errorf("stored labels %v: the update was written on a state that its preconditions exclude", l)
	}
}

func TestAnUpdateThatChangesNothingIsNotWritten(t *testing.T) {
	b := newBench(t)
	before := b.given("first")
	var out corev1.Pod
	if err := b.update(&out, storage.Update{Mutate: adding("first")}); err != nil {
		t.Fatal(err)
	}
	if b.db.swaps > 0 {
		t.Error("an update that changes nothing was swapped in: each watcher would be told of a change that is none")
	}
	if out.ResourceVersion != before.ResourceVersion {
		t.Errorf("delivered resourceVersion %q, want %q, which the object keeps", out.ResourceVersion, before.ResourceVersion)
	}
}

func TestACurrentHintSavesTheRead(t *testing.T) {
	b := newBench(t)
	hint := b.given("first")
	if err := b.update(nil, storage.Update{Mutate: adding("mine"), CachedExistingObject: hint}); err != nil {
		t.Fatal(err)
	}
	if b.db.reads > 0 {
		t.Errorf("with a hint that is up to date you read %d times, want 0: the swap itself proves the hint", b.db.reads)
	}
	if hint.Labels["mine"] == "yes" {
		t.Error("the hint has been changed: it stays the caller's, who may show it to others")
	}
}

func TestAStaleHintRefusesNothing(t *testing.T) {
	b := newBench(t)
	hint := b.given("first")
	b.byAnother(adding("allowed"))
	err := b.update(nil, storage.Update{CachedExistingObject: hint, Mutate: func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
		if old.(*corev1.Pod).Labels["allowed"] != "yes" {
			return storage.MutateResult{}, errRefused
		}
		return adding("mine")(old, meta)
	}})
	if err != nil {
		t.Errorf("Mutate refuses the stale hint, but would accept the current state: got %v, want no error. Read before you believe a refusal", err)
	}
	now := b.stored().ResourceVersion
	err = b.update(nil, storage.Update{CachedExistingObject: hint, Mutate: adding("again"), Preconditions: &metav1.Preconditions{ResourceVersion: &now}})
	if err != nil {
		t.Errorf("the stale hint fails a precondition that the current state meets: got %v, want no error", err)
	}
}

func TestAStaleHintLeavesNothingUnwritten(t *testing.T) {
	b := newBench(t)
	hint := b.given("first")
	b.byAnother(removing("first"))
	if err := b.update(nil, storage.Update{CachedExistingObject: hint, Mutate: adding("first")}); err != nil {
		t.Fatal(err)
	}
	if l := b.stored().Labels; l["first"] != "yes" {
		t.Errorf("stored labels %v, want first: on the stale hint the update changes nothing, on the current state it does", l)
	}
}

func TestAnErrorOfMutateComesBackAsItIs(t *testing.T) {
	b := newBench(t)
	b.given("first")
	err := b.update(nil, storage.Update{Mutate: func(runtime.Object, storage.ResponseMeta) (storage.MutateResult, error) {
		return storage.MutateResult{}, errRefused
	}})
	if err != errRefused {
		t.Errorf("got %v, want exactly the error of Mutate: it may be a Status for the client", err)
	}
}

// The groups of chapter 5's own suite that are about updates.
func TestTheContractOfUpdatesHolds(t *testing.T) {
	storagetest.Run(t, func(tb testing.TB) storagetest.Fixture {
		return storagetest.Fixture{Storage: impatient{New(memory.Open(memory.Config{NewFunc: newPod, Resource: "/pods"})), tb}}
	}, "update", "precondition", "hint", "ttl")
}

// impatient ends its watches soon: an event that an update has not caused is not worth waiting for.
type impatient struct {
	storage.Interface
	tb testing.TB
}

func (i impatient) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	i.tb.Cleanup(cancel)
	return i.Interface.Watch(ctx, key, opts)
}

func TestSixteenWritersOfOneObjectInEtcdAllCount(t *testing.T) {
	b := newBench(t)
	store := overEtcd(t)
	if err := store.Create(b.ctx, webKey, web(), nil, 0); err != nil {
		t.Fatal(err)
	}
	var allHaveRead, writers sync.WaitGroup
	allHaveRead.Add(16)
	for i := range 16 {
		writers.Go(func() {
			mutate, first := adding(fmt.Sprint("writer-", i)), true
			err := store.GuaranteedUpdate(b.ctx, webKey, nil, storage.Update{
				Mutate: func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
					if first { // nobody writes before everybody has read
						first = false
						allHaveRead.Done()
						allHaveRead.Wait()
					}
					return mutate(old, meta)
				},
			})
			if err != nil {
				t.Errorf("writer %d: %v, want no error", i, err)
			}
			if first {
				allHaveRead.Done()
			}
		})
	}
	writers.Wait()
	var out corev1.Pod
	if err := store.Get(b.ctx, webKey, storage.GetOptions{}, &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Labels) != 16 {
		t.Errorf("the object has %d labels in the end, want the 16 of all writers", len(out.Labels))
	}
}

// overEtcd is the learner's storage as the server has it.
func overEtcd(t *testing.T) storage.Interface {
	t.Helper()
	return Plug().Storage(exercisetest.Storage(t, "/pods", newPod))
}

// bench is the learner's Store over chapter 5's storage in memory, with a counter between the two.
type bench struct {
	t     *testing.T
	ctx   context.Context
	below storage.Interface
	db    *counter
	store *Store
}

const webKey = "/pods/default/web"

var errRefused = errors.New("refused by Mutate")

func newPod() runtime.Object { return &corev1.Pod{} }

func newBench(t *testing.T) *bench {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	t.Cleanup(cancel)
	b := &bench{t: t, ctx: ctx, below: memory.Open(memory.Config{NewFunc: newPod})}
	b.store = New(b.below)
	b.db = &counter{database: b.store.db}
	b.store.db = b.db
	return b
}

// counter counts what an update asks of its database, and lets something happen just before the first swap.
type counter struct {
	database
	reads, swaps int
	meanwhile    func()
}

func (c *counter) read(ctx context.Context, key string, orEmpty bool) (*state, error) {
	c.reads++
	return c.database.read(ctx, key, orEmpty)
}

func (c *counter) swap(ctx context.Context, key string, seen *state, next storage.MutateResult) (*state, error) {
	if c.swaps++; c.swaps == 1 && c.meanwhile != nil {
		c.meanwhile()
	}
	return c.database.swap(ctx, key, seen, next)
}

func (b *bench) beforeSwap(f func()) { b.db.meanwhile = f }

func web(labels ...string) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"}}
	for _, l := range labels {
		metav1.SetMetaDataLabel(&p.ObjectMeta, l, "yes")
	}
	return p
}

// given stores the pod web.
func (b *bench) given(labels ...string) *corev1.Pod {
	b.t.Helper()
	var out corev1.Pod
	if err := b.below.Create(b.ctx, webKey, web(labels...), &out, 0); err != nil {
		b.t.Fatal(err)
	}
	return &out
}

// update is the learner's. An update that does not end is ended by the context.
func (b *bench) update(out runtime.Object, u storage.Update) error {
	return b.store.GuaranteedUpdate(b.ctx, webKey, out, u)
}

// byAnother is a write past the learner's Store.
func (b *bench) byAnother(mutate mutation) {
	b.t.Helper()
	if err := b.below.GuaranteedUpdate(b.ctx, webKey, nil, storage.Update{Mutate: mutate}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) stored() *corev1.Pod {
	b.t.Helper()
	var out corev1.Pod
	if err := b.below.Get(b.ctx, webKey, storage.GetOptions{}, &out); err != nil {
		b.t.Fatal(err)
	}
	return &out
}

type mutation = func(runtime.Object, storage.ResponseMeta) (storage.MutateResult, error)

func adding(label string) mutation {
	return func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
		metav1.SetMetaDataLabel(&old.(*corev1.Pod).ObjectMeta, label, "yes")
		return storage.MutateResult{Object: old}, nil
	}
}

func removing(label string) mutation {
	return func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
		delete(old.(*corev1.Pod).Labels, label)
		return storage.MutateResult{Object: old}, nil
	}
}
