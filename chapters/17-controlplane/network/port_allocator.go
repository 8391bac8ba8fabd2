package network

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
)

// portsKey is the key of the node ports' bitmap, one object in etcd.
const (
	rangesRoot = "/ranges"
	portsKey   = rangesRoot + "/servicenodeports"
)

// portAllocator allocates node ports. One object in etcd holds the bitmap of allocated ports, and each change of it is
// a compare-and-put, so that two servers never allocate one port. All ports of a service are one change. Upstream:
// portallocator over allocator/storage.Etcd, which writes once for each port.
type portAllocator struct {
	ports    utilnet.PortRange
	storage  storage.Interface
	services func() *registry.Store
	turn     chan struct{} // a mutex: changes of the same server would only conflict
}

func newPortAllocator(ports utilnet.PortRange, s storage.Interface, services func() *registry.Store) *portAllocator {
	return &portAllocator{ports: ports, storage: s, services: services, turn: make(chan struct{}, 1)}
}

func newRangeAllocation() runtime.Object { return &corev1.RangeAllocation{} }

// change applies a function to the bitmap and stores it; after an error it stores nothing. The function may run several
// times, each time on a newly read bitmap.
func (n *portAllocator) change(ctx context.Context, change func(*portBitmap) error) error {
	return n.write(ctx, func(stored *corev1.RangeAllocation) (*portBitmap, error) {
		m := &portBitmap{ports: n.ports}
		err := n.load(ctx, m, stored)
		if err == nil {
			err = change(m)
		}
		return m, err
	})
}

// load decodes the stored bitmap; if none is stored yet, it builds one from the services.
func (n *portAllocator) load(ctx context.Context, m *portBitmap, stored *corev1.RangeAllocation) error {
	if stored.ResourceVersion == "" {
		return n.inUse(ctx, m)
	}
	return m.load(stored)
}

// write replaces the stored bitmap with what remake returns for it.
func (n *portAllocator) write(ctx context.Context, remake func(stored *corev1.RangeAllocation) (*portBitmap, error)) error {
	select {
	case n.turn <- struct{}{}:
		defer func() { <-n.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return n.storage.GuaranteedUpdate(ctx, portsKey, nil, storage.Update{
		IgnoreNotFound: true,
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			stored := old.(*corev1.RangeAllocation)
			m, err := remake(stored)
			if err != nil {
				return storage.MutateResult{}, err
			}
			m.save(stored)
			return storage.MutateResult{Object: stored}, nil
		},
	})
}

// read returns the bitmap without changing it, for a dry run.
func (n *portAllocator) read(ctx context.Context) (*portBitmap, error) {
	stored := &corev1.RangeAllocation{}
	if err := n.storage.Get(ctx, portsKey, storage.GetOptions{IgnoreNotFound: true}, stored); err != nil {
		return nil, err
	}
	m := &portBitmap{ports: n.ports}
	return m, n.load(ctx, m, stored)
}

// inUse marks in m the ports that services have. It ignores ports that two services have or that are out of range.
func (n *portAllocator) inUse(ctx context.Context, m *portBitmap) error {
	return each(ctx, n.services(), func(s *corev1.Service) {
		for _, port := range portsOf(s) {
			_ = m.allocate(port)
		}
	})
}

// portsOf returns all allocated ports of a service: its node ports and its health check node port.
func portsOf(s *corev1.Service) []int32 {
	var ports []int32
	for _, p := range s.Spec.Ports {
		if p.NodePort != 0 {
			ports = append(ports, p.NodePort)
		}
	}
	if s.Spec.HealthCheckNodePort != 0 {
		ports = append(ports, s.Spec.HealthCheckNodePort)
	}
	return ports
}

// portBitmap records which node ports are allocated: bit n is the range's first port plus n.
// Upstream: allocator.AllocationBitmap and portallocator.PortAllocator.
type portBitmap struct {
	ports utilnet.PortRange
	bits  big.Int
}

var (
	errPortAllocated = errors.New("provided port is already allocated")
	errPortsFull     = errors.New("range is full")
	errMismatchRange = errors.New("the provided range does not match the current range")
)

// load decodes a stored bitmap. It refuses one of another range, which the repair at the server's start replaces.
func (m *portBitmap) load(stored *corev1.RangeAllocation) error {
	if stored.Range != m.ports.String() {
		return errMismatchRange
	}
	m.bits.SetBytes(stored.Data)
	return nil
}

// save encodes the bitmap as upstream does: the range as text, the bits as a big-endian number.
func (m *portBitmap) save(stored *corev1.RangeAllocation) {
	stored.Range, stored.Data = m.ports.String(), m.bits.Bytes()
}

func (m *portBitmap) has(port int32) bool {
	return m.ports.Contains(int(port)) && m.bits.Bit(int(port)-m.ports.Base) == 1
}

// allocate allocates a port that the client chose.
func (m *portBitmap) allocate(port int32) error {
	if !m.ports.Contains(int(port)) {
		return fmt.Errorf("provided port is not in the valid range. The range of valid ports is %s", m.ports.String())
	}
	if m.has(port) {
		return errPortAllocated
	}
	m.bits.SetBit(&m.bits, int(port)-m.ports.Base, 1)
	return nil
}

// allocateNext allocates a free port. It uses the lower part of the range only when the upper part is full, so that
// ports of the lower part are most likely free for clients that choose one.
func (m *portBitmap) allocateNext() (int32, error) {
	lower := 0
	if m.ports.Size > 16 {
		lower = min(max(m.ports.Size/32, 16), 128)
	}
	if port, ok := m.allocateFree(lower, m.ports.Size); ok {
		return port, nil
	}
	if port, ok := m.allocateFree(0, lower); ok {
		return port, nil
	}
	return 0, errPortsFull
}

// allocateFree allocates a free port between two bits of the map, searching from a random start.
func (m *portBitmap) allocateFree(from, to int) (int32, bool) {
	n := to - from
	if n <= 0 {
		return 0, false
	}
	start := rand.IntN(n)
	for i := range n {
		at := from + (start+i)%n
		if m.bits.Bit(at) == 0 {
			m.bits.SetBit(&m.bits, at, 1)
			return int32(m.ports.Base + at), true
		}
	}
	return 0, false
}

// release frees a port; it may be free already.
func (m *portBitmap) release(port int32) {
	if m.ports.Contains(int(port)) {
		m.bits.SetBit(&m.bits, int(port)-m.ports.Base, 0)
	}
}

// each calls visit with every allocated port.
func (m *portBitmap) each(visit func(port int32)) {
	for at := range m.bits.BitLen() {
		if m.bits.Bit(at) == 1 {
			visit(int32(m.ports.Base + at))
		}
	}
}
