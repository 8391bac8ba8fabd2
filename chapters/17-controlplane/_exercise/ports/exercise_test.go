package exercise

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/embedetcd"
)

func TestAPortIsTakenOnce(t *testing.T) {
	b := newBench(t)
	if port, err := b.one.Take(b.ctx, 30003); err != nil || port != 30003 {
		t.Fatalf("Take(30003) of a free port: %d, %v, want 30003", port, err)
	}
	if port, err := b.one.Take(b.ctx, 30003); !errors.Is(err, errTaken) {
		t.Errorf("Take(30003) once more: %d, %v, want errTaken", port, err)
	}
}

func TestAnotherServerSeesWhatIsTaken(t *testing.T) {
	b := newBench(t)
	if _, err := b.one.Take(b.ctx, 30003); err != nil {
		t.Fatal(err)
	}
	if port, err := b.two.Take(b.ctx, 30003); !errors.Is(err, errTaken) {
		t.Errorf("a port that another server has given away: %d, %v, want errTaken: what is taken must stand in the storage, not in the process", port, err)
	}
}

func TestAFreePortIsFoundUntilThereIsNone(t *testing.T) {
	b := newBench(t)
	seen := map[int32]bool{}
	for i := range b.one.Range.Size {
		port, err := []*Ports{b.one, b.two}[i%2].Take(b.ctx, 0)
		if err != nil || !b.one.Range.Contains(int(port)) || seen[port] {
			t.Fatalf("Take(0) number %d of %d: %d, %v, want a port of %s that nobody has: %v are taken", i+1, b.one.Range.Size, port, err, b.one.Range.String(), seen)
		}
		seen[port] = true
	}
	if port, err := b.one.Take(b.ctx, 0); !errors.Is(err, errFull) {
		t.Errorf("Take(0) of a full range: %d, %v, want errFull", port, err)
	}
}

func TestAPortThatIsGivenBackIsFree(t *testing.T) {
	b := newBench(t)
	if _, err := b.one.Take(b.ctx, 30003); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is free already
		if err := b.two.Release(b.ctx, 30003); err != nil {
			t.Fatalf("Release: %v", err)
		}
	}
	if _, err := b.one.Take(b.ctx, 30003); err != nil {
		t.Errorf("Take after Release: %v", err)
	}
}

func TestAPortOutsideOfTheRangeIsRefused(t *testing.T) {
	b := newBench(t)
	for _, port := range []int32{1, 29999, 30016} {
		if _, err := b.one.Take(b.ctx, port); err == nil || err.Error() != b.one.errOutside().Error() {
			t.Errorf("Take(%d) of %s: %v, want errOutside", port, b.one.Range.String(), err)
		}
		if err := b.one.Release(b.ctx, port); err != nil {
			t.Errorf("Release(%d), which nobody can have: %v, want nothing to happen", port, err)
		}
	}
}

func TestTheMapIsStoredInTheFormOfKubernetes(t *testing.T) {
	b := newBench(t)
	for _, port := range []int32{30000, 30009} {
		if _, err := b.one.Take(b.ctx, port); err != nil {
			t.Fatal(err)
		}
	}
	stored := b.stored()
	if stored.Range != "30000-30015" {
		t.Errorf("range %q, want 30000-30015: a server with another range must notice", stored.Range)
	}
	if want := []byte{0b10, 0b1}; !slices.Equal(stored.Data, want) {
		t.Errorf("data %08b, want %08b: bit 0 and bit 9 as one big-endian number. kube-apiserver would read other ports", stored.Data, want)
	}
}

func TestAServerThatIsAHairTooLateGetsAnother(t *testing.T) {
	b := newBench(t)
	var other int32
	b.beforeWrite = b.once(func() { other = b.take(b.two) })
	port, err := b.one.Take(b.ctx, 0)
	if err != nil || port == other {
		t.Errorf("while you chose, another server took %d; you took %d, %v: want another port", other, port, err)
	}
}

func TestAServerThatIsAHairTooLateIsToldSo(t *testing.T) {
	b := newBench(t)
	b.beforeWrite = b.once(func() {
		if _, err := b.two.Take(b.ctx, 30003); err != nil {
			t.Error(err)
		}
	})
	if port, err := b.one.Take(b.ctx, 30003); !errors.Is(err, errTaken) {
		t.Errorf("while you looked, another server took 30003: %d, %v, want errTaken", port, err)
	}
}

func TestSixteenTakersOfTwoServersGetSixteenPorts(t *testing.T) {
	b := newBench(t)
	ports := make([]int32, 16)
	b.beforeWrite = b.gate(16) // all of them have read the map before the first one writes
	var all sync.WaitGroup
	for i := range ports {
		all.Go(func() { ports[i] = b.take([]*Ports{b.one, b.two}[i%2]) })
	}
	all.Wait()
	slices.Sort(ports)
	if different := len(slices.Compact(slices.Clone(ports))); different != 16 {
		t.Errorf("16 takers got %d ports: %v", different, ports)
	}
}

func TestTheServerChoosesWithYourMap(t *testing.T) {
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = etcd.Close() })
	api, err := controlplane.New(controlplane.Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())},
		Etcd:   etcd.Client(), Groups: Plug().Groups(controlplane.Groups()),
	})
	if err != nil {
		t.Fatal(err)
	}
	body := `{"metadata":{"name":"web"},"spec":{"type":"NodePort","ports":[{"port":80}]}}`
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/namespaces/default/services", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	api.ServeHTTP(w, r)
	var s corev1.Service
	if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil || w.Code != http.StatusCreated || len(s.Spec.Ports) != 1 || s.Spec.Ports[0].NodePort == 0 {
		t.Fatalf("POST of a service of type NodePort: %d %s, want 201 and a node port", w.Code, w.Body)
	}
	found, err := etcd.Client().Get(t.Context(), "/registry"+mapKey)
	if err != nil || len(found.Kvs) != 1 {
		t.Errorf("etcd has no /registry%s: the server has not asked your map (%v)", mapKey, err)
	}
}

// bench is two servers over one storage, in which the test comes between.
type bench struct {
	*testing.T
	ctx         context.Context
	one, two    *Ports
	real        storage.Interface
	beforeWrite func()
}

func newBench(t *testing.T) *bench {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel)
	b := &bench{T: t, ctx: ctx, real: memory.Open(memory.Config{NewFunc: newMap})}
	ports := utilnet.PortRange{Base: 30000, Size: 16}
	b.one = &Ports{Range: ports, Storage: interrupted{b.real, b}}
	b.two = &Ports{Range: ports, Storage: interrupted{b.real, b}}
	return b
}

// interrupted lets the test come between the reading of the map and its writing.
type interrupted struct {
	storage.Interface
	bench *bench
}

func (i interrupted) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	mutate := u.Mutate
	u.Mutate = func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
		changed, err := mutate(old, meta)
		if i.bench.beforeWrite != nil {
			i.bench.beforeWrite()
		}
		return changed, err
	}
	return i.Interface.GuaranteedUpdate(ctx, key, out, u)
}

// once calls do the first time.
func (b *bench) once(do func()) func() {
	done := false
	return func() {
		if !done {
			done = true
			do()
		}
	}
}

// gate holds n writers until all of them are there. Later ones pass.
func (b *bench) gate(n int64) func() {
	var arrived atomic.Int64
	open := make(chan struct{})
	return func() {
		if arrived.Add(1) == n {
			close(open)
		}
		select {
		case <-open:
		case <-b.ctx.Done():
		}
	}
}

func (b *bench) take(p *Ports) int32 {
	b.Helper()
	port, err := p.Take(b.ctx, 0)
	if err != nil {
		b.Errorf("Take(0): %v", err)
	}
	return port
}

// stored is the map as it lies there.
func (b *bench) stored() *corev1.RangeAllocation {
	b.Helper()
	stored := &corev1.RangeAllocation{}
	if err := b.real.Get(b.ctx, mapKey, storage.GetOptions{}, stored); err != nil {
		b.Fatal(err)
	}
	return stored
}
