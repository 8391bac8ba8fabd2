package network

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// allocator is what the services of a cluster share: addresses and node ports, each given away once.
type allocator struct {
	addresses *addresses
	ports     *nodePorts
}

// claim is what one write of a service takes and frees. It takes at once and frees only when it is known how the write
// ended: losing an address for a while is better than giving it away twice. Upstream: the transactions of alloc.go.
type claim struct {
	*allocator
	service *corev1.Service // what is to be stored; the claim writes into it what it took
	dryRun  bool            // nothing is taken; the values shown are made up, as upstream's are

	taken, dropped holdings // freed if the write fails, and if it succeeds
}

type holdings struct {
	addresses []netip.Addr
	ports     []int32
}

func (h holdings) empty() bool { return len(h.addresses)+len(h.ports) == 0 }

// end frees what the outcome of the write leaves without owner. What cannot be freed now, the repair finds.
func (c *claim) end(ctx context.Context, success bool) {
	freed := c.taken
	if success {
		freed = c.dropped
	}
	if !c.dryRun {
		c.free(ctx, c.service, freed)
	}
}

// free gives back what a service had, even where the request that wants it has ended.
func (a *allocator) free(ctx context.Context, s *corev1.Service, h holdings) {
	if h.empty() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for _, address := range h.addresses {
		_ = a.addresses.release(ctx, s, address)
	}
	if len(h.ports) > 0 {
		_ = a.ports.change(ctx, func(m *portMap) error {
			for _, port := range h.ports {
				m.release(port)
			}
			return nil
		})
	}
}

// takeAddresses takes the addresses of all families of the service from one on: those that it names, and free ones.
func (c *claim) takeAddresses(ctx context.Context, from int) error {
	spec := &c.service.Spec
	for i := from; i < len(spec.IPFamilies); i++ {
		if i >= len(spec.ClusterIPs) {
			spec.ClusterIPs = append(spec.ClusterIPs, "")
		}
		if spec.ClusterIPs[i] == "" {
			address, err := c.takeAnyAddress(ctx, spec.IPFamilies[i])
			if err != nil {
				return err
			}
			spec.ClusterIPs[i] = address.String()
		} else if err := c.takeAddress(ctx, spec.ClusterIPs[i]); err != nil {
			return err
		}
		if i == 0 {
			spec.ClusterIP = spec.ClusterIPs[0]
		}
	}
	return nil
}

func (c *claim) takeAnyAddress(ctx context.Context, family corev1.IPFamily) (netip.Addr, error) {
	if c.dryRun {
		return c.addresses.example(family), nil
	}
	address, err := c.addresses.takeAny(ctx, c.service, family)
	switch {
	case err == errAddressesFull:
		return address, apierrors.NewInternalError(fmt.Errorf("failed to allocate a serviceIP for Service %q: %w", c.service.Name, err))
	case err != nil:
		return address, c.invalid(field.NewPath("spec", "clusterIPs"), c.service.Spec.ClusterIPs, "failed to allocate IP: "+err.Error())
	}
	c.taken.addresses = append(c.taken.addresses, address)
	return address, nil
}

func (c *claim) takeAddress(ctx context.Context, text string) error {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return apierrors.NewInternalError(fmt.Errorf("failed to parse service IP %q", text))
	}
	if c.dryRun {
		err = c.addresses.check(address)
	} else {
		err = c.addresses.take(ctx, c.service, address)
	}
	if err != nil {
		return c.invalid(field.NewPath("spec", "clusterIPs"), c.service.Spec.ClusterIPs, fmt.Sprintf("failed to allocate IP %v: %v", text, err))
	}
	if !c.dryRun {
		c.taken.addresses = append(c.taken.addresses, address)
	}
	return nil
}

func (c *claim) invalid(path *field.Path, value any, detail string) error {
	return invalidService(c.service.Name, field.Invalid(path, value, detail))
}

func invalidService(name string, errs ...*field.Error) error {
	return apierrors.NewInvalid(schema.GroupKind{Kind: "Service"}, name, errs)
}

// addressesOf are the cluster addresses that a service has: none where it has no use for them.
func addressesOf(s *corev1.Service) []netip.Addr {
	if s.Spec.Type == corev1.ServiceTypeExternalName {
		return nil
	}
	var found []netip.Addr
	for _, text := range s.Spec.ClusterIPs {
		if address, err := netip.ParseAddr(text); err == nil { // not None
			found = append(found, address)
		}
	}
	return found
}
