package network

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

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

// take reserves a port that the service's owner chose.
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
