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

// ipAllocator gives each service its cluster addresses. There is no list of free ones: an address belongs to the service
// for which an IPAddress object of that name could be created, and is free when no such object exists. That two servers
// never give away the same one is etcd's promise, which creates a key only once. Upstream: ipallocator.MetaAllocator.
type ipAllocator struct {
	ranges  []netip.Prefix                 // of the flag
	objects func() resource.LoopbackClient // ipaddresses
	cidrs   func() resource.LoopbackClient // servicecidrs: further ranges
}

// What a client reads behind "failed to allocate IP".
var (
	errAddressAllocated = errors.New("provided IP is already allocated")
	errOtherNetwork     = errors.New("the provided network does not match the current range")
	errAddressesFull    = errors.New("range is full")
)

// managedBy marks the addresses that services have, apart from those that somebody reserved by hand.
const managedBy = "ipallocator.k8s.io"

// families are those of which the flag has a range, the default one first.
func (a *ipAllocator) families() []corev1.IPFamily {
	var families []corev1.IPFamily
	for _, r := range a.ranges {
		families = append(families, familyOf(r.Addr()))
	}
	return families
}

// allocate reserves an address that the service's owner chose.
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

// allocateNext reserves an address that is free. It tries a few blindly: in a range that is not nearly full one of them is
// free. Only then it asks for those that are taken.
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

// release frees an address of the service; that it has it no longer is as good.
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

// usableRanges are the ranges of a family: the flag's, and those of ServiceCIDRs, unless a condition says that they are not
// ready. Which of them an address comes from is of no importance afterwards.
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

// allocatedNames are the names of all addresses that are.
func (a *ipAllocator) allocatedNames(ctx context.Context) (map[string]bool, error) {
	taken := map[string]bool{}
	err := each(ctx, a.objects().Store, func(i *networkingv1.IPAddress) { taken[i.Name] = true })
	return taken, err
}

// newIPAddress is the object by which a service has an address.
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

// each calls visit with all objects of a Store, whatever their namespace. They are read-only.
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

// dryRunAddress is what a dry run shows in place of an address: the first one of the range, which no service ever has.
func (a *ipAllocator) dryRunAddress(family corev1.IPFamily) netip.Addr {
	for _, r := range a.ranges {
		if familyOf(r.Addr()) == family {
			return r.Masked().Addr()
		}
	}
	return netip.Addr{}
}

// validateDryRun is what a dry run knows of a chosen address: whether it is in the range.
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
