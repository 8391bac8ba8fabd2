package network

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
)

// addressRange is what services may have of a range: not its first address, and in IPv4 not its last. Addresses that
// are chosen for a service come from the upper part as long as that has any; the lower part is thus most likely free
// for those that people choose. Upstream: ipallocator.Allocator.
type addressRange struct {
	netip.Prefix
	size  uint64 // ipAllocator in all
	lower uint64 // of them in the lower part
}

func newAddressRange(p netip.Prefix) addressRange {
	r := addressRange{Prefix: p.Masked(), size: math.MaxUint64}
	total := uint64(math.MaxInt64)
	if bits := p.Addr().BitLen() - p.Bits(); bits < 63 {
		total = uint64(1) << bits
		r.size = total - 1
	}
	if p.Addr().Is4() && r.size > 0 {
		r.size--
	}
	if total > 16 {
		r.lower = min(max(total/16, 16), 256)
	}
	return r
}

// has reports whether a service may have the address.
func (r addressRange) has(a netip.Addr) bool {
	return r.Contains(a) && a != r.Addr() && (!a.Is4() || a != after(r.Addr(), r.size+1))
}

// walk calls visit with each address, in the order in which they are given away, until it returns false: from a random
// place once round the upper part, then round the lower one.
func (r addressRange) walk(visit func(netip.Addr) bool) {
	first := r.Addr().Next()
	upper := r.size - min(r.lower, r.size)
	if round(after(first, r.lower), upper, visit) {
		round(first, min(r.lower, r.size), visit)
	}
}

// round visits n addresses from first on, beginning anywhere; false: visit has seen enough.
func round(first netip.Addr, n uint64, visit func(netip.Addr) bool) bool {
	if n == 0 {
		return true
	}
	start := rand.Uint64N(n)
	for i := range n {
		at := start + i
		if at >= n || at < start {
			at -= n
		}
		if !visit(after(first, at)) {
			return false
		}
	}
	return true
}

// after is the address n places after a.
func after(a netip.Addr, n uint64) netip.Addr {
	bytes := a.As16()
	low := bytes[8:]
	binary.BigEndian.PutUint64(low, binary.BigEndian.Uint64(low)+n)
	moved := netip.AddrFrom16(bytes)
	if a.Is4() {
		return moved.Unmap()
	}
	return moved
}

func familyOf(a netip.Addr) corev1.IPFamily {
	if a.Is4() {
		return corev1.IPv4Protocol
	}
	return corev1.IPv6Protocol
}
