package network

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	rest "kubepath/chapters/04-rest"
)

const (
	repairEvery = 3 * time.Minute
	// leakAfter is how long an allocation may have no owner: a create in progress has allocated for a service that is not
	// stored yet. No request lasts longer than this.
	leakAfter = time.Minute
)

// repair makes the allocations and the services agree. A server that crashes during a write leaves addresses and ports
// that no service has; an operator who edits objects by hand may leave a service whose address is not allocated.
// Upstream: RepairIPAddress and portallocator/controller.Repair.
type repair struct {
	*allocators
	now     func() time.Time
	suspect map[int32]time.Time // ports without an owner, and since when
	young   bool                // some addresses without an owner are too young to be freed
}

// loop repairs every three minutes, and after one minute if something without an owner was too young to be freed.
func (r *repair) loop(ctx context.Context) {
	for {
		wait := repairEvery
		if r.young || len(r.suspect) > 0 {
			wait = leakAfter + time.Second
		}
		if !sleep(ctx, wait) {
			return
		}
		_ = r.once(ctx) // after an error the next round tries again
	}
}

// sleep waits for d; it returns false if the context ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// once repairs addresses and ports once.
func (r *repair) once(ctx context.Context) error {
	if err := r.repairAddresses(ctx); err != nil {
		return err
	}
	return r.repairPorts(ctx)
}

// repairPorts rebuilds the bitmap from the services. It reads the bitmap first and writes it only if it has not changed
// since, so that no port that was allocated in between is lost. Ports without an owner stay allocated until leakAfter
// has passed.
func (r *repair) repairPorts(ctx context.Context) error {
	var suspect map[int32]time.Time
	err := r.ports.write(ctx, func(stored *corev1.RangeAllocation) (*portBitmap, error) {
		if stored.Range == "" {
			return nil, errNoMap
		}
		suspect = map[int32]time.Time{}
		m := &portBitmap{ports: r.ports.ports}
		if err := r.ports.inUse(ctx, m); err != nil {
			return nil, err
		}
		before := &portBitmap{}
		if ports, err := utilnet.ParsePortRange(stored.Range); err == nil {
			before.ports = *ports
			before.bits.SetBytes(stored.Data)
		}
		before.each(func(port int32) {
			since, known := r.suspect[port]
			if !known {
				since = r.now()
			}
			if r.now().Sub(since) < leakAfter && m.allocate(port) == nil {
				suspect[port] = since
			}
		})
		return m, nil
	})
	if errors.Is(err, errNoMap) {
		return nil
	}
	if err == nil {
		r.suspect = suspect
	}
	return err
}

// errNoMap: the bitmap is created when the first port is allocated.
var errNoMap = errors.New("there is no map of node ports yet")

// repairAddresses lists the addresses before the services: an address that is allocated after the services were listed
// would seem to have no owner.
func (r *repair) repairAddresses(ctx context.Context) error {
	taken := map[string]*networkingv1.IPAddress{}
	if err := each(ctx, r.addresses.objects().Store, func(a *networkingv1.IPAddress) { taken[a.Name] = a }); err != nil {
		return err
	}
	owners := map[networkingv1.ParentReference]*corev1.Service{}
	if err := each(ctx, r.ports.services(), func(s *corev1.Service) { owners[*referTo(s)] = s }); err != nil {
		return err
	}
	r.young = false
	for _, name := range slices.Sorted(maps.Keys(taken)) {
		if err := r.orphan(ctx, taken[name], owners); err != nil {
			return err
		}
	}
	for _, s := range owners {
		for _, address := range addressesOf(s) {
			if err := r.missing(ctx, s, address, taken[address.String()], owners); err != nil {
				return err
			}
		}
	}
	return nil
}

// orphan frees an address that no service has, once it is older than leakAfter. It ignores addresses that users
// reserved.
func (r *repair) orphan(ctx context.Context, a *networkingv1.IPAddress, owners map[networkingv1.ParentReference]*corev1.Service) error {
	if a.Labels[networkingv1.LabelManagedBy] != managedBy || owned(a, owners) {
		return nil
	}
	if r.now().Sub(a.CreationTimestamp.Time) < leakAfter {
		r.young = true
		return nil
	}
	return r.remove(ctx, a)
}

// missing allocates an address that a service has in its spec, unless another service owns it: the user must resolve
// that.
func (r *repair) missing(
	ctx context.Context, s *corev1.Service, address netip.Addr, a *networkingv1.IPAddress, owners map[networkingv1.ParentReference]*corev1.Service,
) error {
	if a != nil && owned(a, owners) {
		return nil
	}
	if a != nil {
		if err := r.remove(ctx, a); err != nil {
			return err
		}
	}
	switch err := r.addresses.allocate(ctx, s, address); err {
	case errAddressAllocated, errOtherNetwork:
		return nil
	default:
		return err
	}
}

// owned reports whether the service to which the address refers exists and has the address.
func owned(a *networkingv1.IPAddress, owners map[networkingv1.ParentReference]*corev1.Service) bool {
	if a.Spec.ParentRef == nil || owners[*a.Spec.ParentRef] == nil {
		return false
	}
	return slices.ContainsFunc(addressesOf(owners[*a.Spec.ParentRef]), func(has netip.Addr) bool { return has.String() == a.Name })
}

// remove frees the address by UID: not a newer object of the same name.
func (r *repair) remove(ctx context.Context, a *networkingv1.IPAddress) error {
	options := &rest.DeleteOptions{DeleteOptions: metav1.DeleteOptions{
		GracePeriodSeconds: new(int64), Preconditions: &metav1.Preconditions{UID: &a.UID},
	}}
	_, _, err := r.addresses.objects().Delete(rest.WithNamespace(ctx, ""), a.Name, options)
	return unless(err, goneOrAnother)
}
