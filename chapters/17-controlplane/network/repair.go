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
	// leakAfter is how long something may be taken without an owner: a create that is under way has taken what its
	// service, which is not stored yet, will have. No request lasts longer.
	leakAfter = time.Minute
)

// repair brings what is taken into agreement with the services there are: a server that dies in the middle of a write
// leaves addresses and ports without owner, and what an operator edits by hand may leave an owner without address.
// Upstream: RepairIPAddress and portallocator/controller.Repair.
type repair struct {
	*allocators
	now     func() time.Time
	suspect map[int32]time.Time // ports without owner, and since when
	young   bool                // so are addresses that are not old enough to be freed
}

// loop repairs every few minutes, and sooner where something waits for its time.
func (r *repair) loop(ctx context.Context) {
	for {
		wait := repairEvery
		if r.young || len(r.suspect) > 0 {
			wait = leakAfter + time.Second
		}
		if !sleep(ctx, wait) {
			return
		}
		_ = r.once(ctx) // what fails now is tried again
	}
}

// sleep waits, or returns false when the context ends.
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

// once is one round.
func (r *repair) once(ctx context.Context) error {
	if err := r.repairAddresses(ctx); err != nil {
		return err
	}
	return r.repairPorts(ctx)
}

// repairPorts rebuilds the map from the services. It is read before them and written only if it is still the same:
// whatever was taken in between is in it. Ports without owner stay taken until their time has come.
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

// errNoMap: whoever takes the first port makes the map.
var errNoMap = errors.New("there is no map of node ports yet")

// repairAddresses reads the addresses before the services: one that is younger than the list of services is not in it.
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

// orphan frees an address that no service has, once it is old enough. Those that others reserved are their business.
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

// missing gives a service the address that it believes to have, unless another one has it: then somebody must decide.
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

// owned: the service to which the address refers has it.
func owned(a *networkingv1.IPAddress, owners map[networkingv1.ParentReference]*corev1.Service) bool {
	if a.Spec.ParentRef == nil || owners[*a.Spec.ParentRef] == nil {
		return false
	}
	return slices.ContainsFunc(addressesOf(owners[*a.Spec.ParentRef]), func(has netip.Addr) bool { return has.String() == a.Name })
}

// remove frees exactly this address, not one that has its name since.
func (r *repair) remove(ctx context.Context, a *networkingv1.IPAddress) error {
	options := &rest.DeleteOptions{DeleteOptions: metav1.DeleteOptions{
		GracePeriodSeconds: new(int64), Preconditions: &metav1.Preconditions{UID: &a.UID},
	}}
	_, _, err := r.addresses.objects().Delete(rest.WithNamespace(ctx, ""), a.Name, options)
	return unless(err, goneOrAnother)
}
