package network

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// ipAllocator allocates cluster IPs. There is no list of free addresses: an address is free while no IPAddress object
// of that name exists, and creating the object allocates it. Two servers never allocate one address, because etcd
// creates a key only once. Upstream: ipallocator.MetaAllocator.
type ipAllocator struct {
	ranges  []netip.Prefix                 // --service-cluster-ip-range
	objects func() resource.LoopbackClient // ipaddresses
	cidrs   func() resource.LoopbackClient // servicecidrs: more ranges
}

// Clients see these after "failed to allocate IP".
var (
	errAddressAllocated = errors.New("provided IP is already allocated")
	errOtherNetwork     = errors.New("the provided network does not match the current range")
	errAddressesFull    = errors.New("range is full")
)

// managedBy is the label value of addresses that were allocated for services; addresses that a user reserved do not
// have it.
const managedBy = "ipallocator.k8s.io"

// families returns the IP families of the flag's ranges, the default family first.
func (a *ipAllocator) families() []corev1.IPFamily {
	var families []corev1.IPFamily
	for _, r := range a.ranges {
		families = append(families, familyOf(r.Addr()))
	}
	return families
}

// allocate allocates an address that the client chose.
func (a *ipAllocator) allocate(ctx context.Context, s *corev1.Service, address netip.Addr) error {
	ranges, err := a.usableRanges(ctx, familyOf(address))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(ranges, func(r addressRange) bool { return r.has(address) }) {
		return errOtherNetwork
	}
	return a.create(ctx, s, address)
}

// allocateNext allocates a free address. It first tries a few at random, of which one is most likely free unless the
// range is nearly full. After that it lists the allocated addresses and skips them.
func (a *ipAllocator) allocateNext(ctx context.Context, s *corev1.Service, family corev1.IPFamily) (netip.Addr, error) {
	ranges, err := a.usableRanges(ctx, family)
	if err != nil {
		return netip.Addr{}, err
	}
	const blindly = 8
	tried, taken := 0, map[string]bool(nil)
	for _, r := range ranges {
		var found netip.Addr
		r.walk(func(address netip.Addr) bool {
			if tried++; tried > blindly && taken == nil {
				taken, err = a.allocatedNames(ctx)
			}
			if err == nil && !taken[address.String()] {
				found, err = address, a.create(ctx, s, address)
			}
			if errors.Is(err, errAddressAllocated) {
				found, err = netip.Addr{}, nil
			}
			return err == nil && !found.IsValid()
		})
		if err != nil || found.IsValid() {
			return found, err
		}
	}
	return netip.Addr{}, errAddressesFull
}

func (a *ipAllocator) create(ctx context.Context, s *corev1.Service, address netip.Addr) error {
	_, err := a.objects().Create(rest.WithNamespace(ctx, ""), newIPAddress(s, address), nil)
	if apierrors.IsAlreadyExists(err) {
		return errAddressAllocated
	}
	return err
}

// release frees an address of the service. It succeeds if the address is free already.
func (a *ipAllocator) release(ctx context.Context, s *corev1.Service, address netip.Addr) error {
	_, _, err := a.objects().Delete(rest.WithNamespace(ctx, ""), address.String(), &rest.DeleteOptions{
		DeleteOptions: metav1.DeleteOptions{GracePeriodSeconds: new(int64)},
		Validate: func(_ context.Context, _, old runtime.Object) error {
			if ref := old.(*networkingv1.IPAddress).Spec.ParentRef; ref == nil || *ref != *referTo(s) {
				return fmt.Errorf("the address is not that of service %s/%s", s.Namespace, s.Name)
			}
			return nil
		},
	})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// usableRanges returns the ranges of a family: the flag's, and those of ServiceCIDRs without a condition Ready=False.
// An address does not record the range that it came from.
func (a *ipAllocator) usableRanges(ctx context.Context, family corev1.IPFamily) ([]addressRange, error) {
	var ranges []addressRange
	add := func(p netip.Prefix) {
		known := slices.ContainsFunc(ranges, func(r addressRange) bool { return r.Prefix == p.Masked() })
		if familyOf(p.Addr()) == family && !known {
			ranges = append(ranges, newAddressRange(p))
		}
	}
	for _, p := range a.ranges {
		add(p)
	}
	err := each(ctx, a.cidrs().Store, func(c *networkingv1.ServiceCIDR) {
		condition := meta.FindStatusCondition(c.Status.Conditions, networkingv1.ServiceCIDRConditionReady)
		ready := condition == nil || condition.Status == metav1.ConditionTrue
		for _, text := range c.Spec.CIDRs {
			if p, err := netip.ParsePrefix(text); err == nil && ready && c.DeletionTimestamp == nil {
				add(p)
			}
		}
	})
	return ranges, err
}

// allocatedNames returns the names of all IPAddress objects.
func (a *ipAllocator) allocatedNames(ctx context.Context) (map[string]bool, error) {
	taken := map[string]bool{}
	err := each(ctx, a.objects().Store, func(i *networkingv1.IPAddress) { taken[i.Name] = true })
	return taken, err
}

// newIPAddress returns the object that allocates an address to a service.
func newIPAddress(s *corev1.Service, address netip.Addr) *networkingv1.IPAddress {
	return &networkingv1.IPAddress{
		TypeMeta: metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "IPAddress"},
		ObjectMeta: metav1.ObjectMeta{Name: address.String(), Labels: map[string]string{
			networkingv1.LabelIPAddressFamily: string(familyOf(address)),
			networkingv1.LabelManagedBy:       managedBy,
		}},
		Spec: networkingv1.IPAddressSpec{ParentRef: referTo(s)},
	}
}

func referTo(s *corev1.Service) *networkingv1.ParentReference {
	return &networkingv1.ParentReference{Resource: "services", Namespace: s.Namespace, Name: s.Name}
}

// each calls visit with every object of a Store, of all namespaces. The objects are read-only.
func each[T any, P interface {
	*T
	runtime.Object
}](ctx context.Context, s *registry.Store, visit func(P)) error {
	list, err := s.List(rest.WithNamespace(ctx, ""), &metainternalversion.ListOptions{})
	if err != nil {
		return err
	}
	for _, item := range list.(*kinds.List).Items {
		visit(kinds.Unwrap(item).(P))
	}
	return nil
}

// dryRunAddress returns what a dry run shows for an allocated address: the first of the range, which is never
// allocated.
func (a *ipAllocator) dryRunAddress(family corev1.IPFamily) netip.Addr {
	for _, r := range a.ranges {
		if familyOf(r.Addr()) == family {
			return r.Masked().Addr()
		}
	}
	return netip.Addr{}
}

// validateDryRun checks an address that the client chose in a dry run: it is in the flag's range of its family.
func (a *ipAllocator) validateDryRun(address netip.Addr) error {
	valid := ""
	for _, r := range a.ranges {
		if familyOf(r.Addr()) == familyOf(address) {
			if newAddressRange(r).has(address) {
				return nil
			}
			valid = r.String()
		}
	}
	return fmt.Errorf("the provided IP (%v) is not in the valid range. The range of valid IPs is %s", address, valid)
}

// addressRange is the part of a range that services may have: without its first address and, in IPv4, without its last.
// allocateNext uses the lower part only when the upper part is full, so that addresses of the lower part are most
// likely free for clients that choose one. Upstream: ipallocator.Allocator.
type addressRange struct {
	netip.Prefix
	size  uint64 // how many addresses
	lower uint64 // how many of them are in the lower part
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

// walk calls visit with each address, in the order in which they are allocated, until it returns false: all of the
// upper part from a random start, then all of the lower part from a random start.
func (r addressRange) walk(visit func(netip.Addr) bool) {
	first := r.Addr().Next()
	upper := r.size - min(r.lower, r.size)
	if round(after(first, r.lower), upper, visit) {
		round(first, min(r.lower, r.size), visit)
	}
}

// round visits the n addresses that begin with first, from a random start; it returns false once visit does.
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

// after returns the address a+n.
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
