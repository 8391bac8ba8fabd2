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

// portsKey is where the map of node ports lies in etcd, as one object, among the maps of other ranges.
const (
	rangesRoot = "/ranges"
	portsKey   = rangesRoot + "/servicenodeports"
)

// portAllocator gives services their node ports. Which are taken stands in one object, and every change of it is a
// compare-and-put: two servers never give away the same port. All ports of a service are one change.
// Upstream: portallocator over allocator/storage.Etcd, which writes once for each port.
type portAllocator struct {
	ports    utilnet.PortRange
	storage  storage.Interface
	services func() *registry.Store
	turn     chan struct{} // one change at a time: those of the same server need not race
}

func newPortAllocator(ports utilnet.PortRange, s storage.Interface, services func() *registry.Store) *portAllocator {
	return &portAllocator{ports: ports, storage: s, services: services, turn: make(chan struct{}, 1)}
}

func newRangeAllocation() runtime.Object { return &corev1.RangeAllocation{} }

// change makes a change of the map, or none where it fails. It may run several times, each time on another map.
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

// load reads the map; where there is none yet, the services tell which ports are taken.
func (n *portAllocator) load(ctx context.Context, m *portBitmap, stored *corev1.RangeAllocation) error {
	if stored.ResourceVersion == "" {
		return n.inUse(ctx, m)
	}
	return m.load(stored)
}

// write replaces what is stored by what make makes of it.
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

// read returns the map as it is, for a dry run.
func (n *portAllocator) read(ctx context.Context) (*portBitmap, error) {
	stored := &corev1.RangeAllocation{}
	if err := n.storage.Get(ctx, portsKey, storage.GetOptions{IgnoreNotFound: true}, stored); err != nil {
		return nil, err
	}
	m := &portBitmap{ports: n.ports}
	return m, n.load(ctx, m, stored)
}

// inUse marks in m the ports that services have. One that two services have, or that is out of range, is not this
// function's to mend.
func (n *portAllocator) inUse(ctx context.Context, m *portBitmap) error {
	return each(ctx, n.services(), func(s *corev1.Service) {
		for _, port := range portsOf(s) {
			_ = m.allocate(port)
		}
	})
}

// portsOf are the ports that a service has of the range: those of its ports, and that of its health check.
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

// portBitmap says which node ports are taken: bit n is the port n above the range's first.
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

// load reads the map as it is stored. One of another range is refused: the repair at a server's start rewrites it.
func (m *portBitmap) load(stored *corev1.RangeAllocation) error {
	if stored.Range != m.ports.String() {
		return errMismatchRange
	}
	m.bits.SetBytes(stored.Data)
	return nil
}

// save puts the map into what is stored. Upstream's form: the range as text, the bits as a big-endian number.
func (m *portBitmap) save(stored *corev1.RangeAllocation) {
	stored.Range, stored.Data = m.ports.String(), m.bits.Bytes()
}

func (m *portBitmap) has(port int32) bool {
	return m.ports.Contains(int(port)) && m.bits.Bit(int(port)-m.ports.Base) == 1
}

// allocate reserves a port that the service's owner chose.
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

// allocateNext reserves a free port: one of the upper part as long as that has any, so that the lower one stays free for
// ports that people choose.
func (m *portBitmap) allocateNext() (int32, error) {
	lower := 0
	if m.ports.Size > 16 {
		lower = min(max(m.ports.Size/32, 16), 128)
	}
	if port, ok := m.free(lower, m.ports.Size); ok {
		return port, nil
	}
	if port, ok := m.free(0, lower); ok {
		return port, nil
	}
	return 0, errPortsFull
}

// free takes a port between two places of the map, beginning anywhere.
func (m *portBitmap) free(from, to int) (int32, bool) {
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

// release frees a port, whether it was taken or not.
func (m *portBitmap) release(port int32) {
	if m.ports.Contains(int(port)) {
		m.bits.SetBit(&m.bits, int(port)-m.ports.Base, 0)
	}
}

// each calls visit with every port that is taken.
func (m *portBitmap) each(visit func(port int32)) {
	for at := range m.bits.BitLen() {
		if m.bits.Bit(at) == 1 {
			visit(int32(m.ports.Base + at))
		}
	}
}
