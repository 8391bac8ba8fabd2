package network

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// allocators is what the services of a cluster share: addresses and node ports, each given away once.
type allocators struct {
	addresses *ipAllocator
	ports     *portAllocator
}

// transaction is what one write of a service takes and frees. It takes at once and frees only when it is known how the write
// ended: losing an address for a while is better than giving it away twice. Upstream: the transactions of alloc.go.
type transaction struct {
	*allocators
	service *corev1.Service // what is to be stored; the transaction writes into it what it allocated
	dryRun  bool            // nothing is taken; the values shown are made up, as upstream's are

	allocated, released allocations // freed if the write fails, and if it succeeds
}

type allocations struct {
	addresses []netip.Addr
	ports     []int32
}

func (h allocations) empty() bool { return len(h.addresses)+len(h.ports) == 0 }

// end frees what the outcome of the write leaves without owner. What cannot be freed now, the repair finds.
func (tx *transaction) end(ctx context.Context, success bool) {
	freed := tx.allocated
	if success {
		freed = tx.released
	}
	if !tx.dryRun {
		tx.free(ctx, tx.service, freed)
	}
}

// free gives back what a service had, even where the request that wants it has ended.
func (a *allocators) free(ctx context.Context, s *corev1.Service, h allocations) {
	if h.empty() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for _, address := range h.addresses {
		_ = a.addresses.release(ctx, s, address)
	}
	if len(h.ports) > 0 {
		_ = a.ports.change(ctx, func(m *portBitmap) error {
			for _, port := range h.ports {
				m.release(port)
			}
			return nil
		})
	}
}

// allocateAddresses takes the addresses of all families of the service from one on: those that it names, and free ones.
func (tx *transaction) allocateAddresses(ctx context.Context, from int) error {
	spec := &tx.service.Spec
	for i := from; i < len(spec.IPFamilies); i++ {
		if i >= len(spec.ClusterIPs) {
			spec.ClusterIPs = append(spec.ClusterIPs, "")
		}
		if spec.ClusterIPs[i] == "" {
			address, err := tx.allocateNextAddress(ctx, spec.IPFamilies[i])
			if err != nil {
				return err
			}
			spec.ClusterIPs[i] = address.String()
		} else if err := tx.allocateAddress(ctx, spec.ClusterIPs[i]); err != nil {
			return err
		}
		if i == 0 {
			spec.ClusterIP = spec.ClusterIPs[0]
		}
	}
	return nil
}

func (tx *transaction) allocateNextAddress(ctx context.Context, family corev1.IPFamily) (netip.Addr, error) {
	if tx.dryRun {
		return tx.addresses.dryRunAddress(family), nil
	}
	address, err := tx.addresses.allocateNext(ctx, tx.service, family)
	switch {
	case err == errAddressesFull:
		return address, apierrors.NewInternalError(fmt.Errorf("failed to allocate a serviceIP for Service %q: %w", tx.service.Name, err))
	case err != nil:
		return address, tx.invalid(field.NewPath("spec", "clusterIPs"), tx.service.Spec.ClusterIPs, "failed to allocate IP: "+err.Error())
	}
	tx.allocated.addresses = append(tx.allocated.addresses, address)
	return address, nil
}

func (tx *transaction) allocateAddress(ctx context.Context, text string) error {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return apierrors.NewInternalError(fmt.Errorf("failed to parse service IP %q", text))
	}
	if tx.dryRun {
		err = tx.addresses.validateDryRun(address)
	} else {
		err = tx.addresses.allocate(ctx, tx.service, address)
	}
	if err != nil {
		return tx.invalid(field.NewPath("spec", "clusterIPs"), tx.service.Spec.ClusterIPs, fmt.Sprintf("failed to allocate IP %v: %v", text, err))
	}
	if !tx.dryRun {
		tx.allocated.addresses = append(tx.allocated.addresses, address)
	}
	return nil
}

func (tx *transaction) invalid(path *field.Path, value any, detail string) error {
	return invalidService(tx.service.Name, field.Invalid(path, value, detail))
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

// serviceHooks allocate what a service needs around each of its writes. Upstream: the hooks of service/storage.REST.
type serviceHooks struct {
	*allocators
	endpoints func() resource.LoopbackClient
}

// create allocates for a new service before the Store looks at it any closer: which address it got is part of what is
// validated. Nothing of a service that is refused after all stays allocated.
func (h *serviceHooks) create(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (registry.FinishFunc, error) {
	s := obj.(*corev1.Service)
	if s.Namespace == "" {
		s.Namespace = rest.NamespaceFrom(ctx)
	}
	syncAddresses(s, nil)
	if err := h.addresses.setFamilies(s, nil); err != nil {
		return nil, err
	}
	tx := &transaction{allocators: h.allocators, service: s, dryRun: len(options.DryRun) > 0}
	err := tx.firstAddresses(ctx)
	if err == nil {
		err = tx.allocatePorts(ctx, planForCreate)
	}
	return tx.begun(ctx, err)
}

// update allocates what a changed service needs more, and frees at the end what it needs no longer.
func (h *serviceHooks) update(ctx context.Context, obj, old runtime.Object, update *rest.Update) (registry.FinishFunc, error) {
	s, before := obj.(*corev1.Service), old.(*corev1.Service)
	keepAllocated(s, before)
	syncAddresses(s, before)
	if err := h.addresses.setFamilies(s, before); err != nil {
		return nil, err
	}
	tx := &transaction{allocators: h.allocators, service: s, dryRun: len(update.Options.DryRun) > 0}
	err := tx.changeAddresses(ctx, before)
	if err == nil {
		err = tx.allocatePorts(ctx, planForUpdate(before))
	}
	tx.released.ports = releasedPorts(s, before)
	return tx.begun(ctx, err)
}

// begun hands a transaction over to the Store, or ends it where it could not be made.
func (tx *transaction) begun(ctx context.Context, err error) (registry.FinishFunc, error) {
	if err != nil {
		tx.end(ctx, false)
		return nil, err
	}
	return tx.end, nil
}

func (tx *transaction) firstAddresses(ctx context.Context) error {
	if !needsAddress(tx.service) || slices.Contains(tx.service.Spec.ClusterIPs, corev1.ClusterIPNone) {
		return nil
	}
	return tx.allocateAddresses(ctx, 0)
}

// changeAddresses: a service that was only a name gets its addresses now, one that becomes a name gives them up, and
// the second family comes and goes. The first address of a service never changes.
func (tx *transaction) changeAddresses(ctx context.Context, old *corev1.Service) error {
	s := tx.service
	switch {
	case staysPreferred(s, old):
		return nil
	case !needsAddress(old):
		return tx.firstAddresses(ctx)
	case headless(old):
		return nil
	case !needsAddress(s):
		tx.released.addresses = addressesOf(old)
		return nil
	}
	had, has := len(old.Spec.IPFamilies), len(s.Spec.IPFamilies)
	if had == 1 && has == 2 {
		return tx.allocateAddresses(ctx, 1)
	}
	if had == 2 && has == 1 {
		tx.released.addresses = addressesOf(old)[1:]
	}
	return nil
}

// deleted frees all that the service had, and takes its endpoints along: a service of the same name must not find
// those of the last one.
func (h *serviceHooks) deleted(obj runtime.Object, options *rest.DeleteOptions) {
	if len(options.DryRun) > 0 {
		return
	}
	s := obj.(*corev1.Service)
	h.addresses.defaultOnRead(s)
	ctx := rest.WithNamespace(context.Background(), s.Namespace)
	_, _, _ = h.endpoints().Delete(ctx, s.Name, nil) // it may have none
	h.free(ctx, s, allocations{addressesOf(s), portsOf(s)})
}
