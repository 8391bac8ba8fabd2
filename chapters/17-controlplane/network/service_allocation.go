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

// allocators allocate what no two services of a cluster may share: cluster IPs and node ports.
type allocators struct {
	addresses *ipAllocator
	ports     *portAllocator
}

// transaction allocates and releases for one write of a service. It allocates before the write, and releases only after
// the result of the write is known: an address that is unused for a while is better than one that two services have.
// Upstream: the transactions of alloc.go.
type transaction struct {
	*allocators
	service *corev1.Service // the service to store; the transaction fills in what it allocated
	dryRun  bool            // allocates nothing, and fills in example values, as upstream does

	allocated, released allocations // to free if the write fails; to free if it succeeds
}

type allocations struct {
	addresses []netip.Addr
	ports     []int32
}

func (h allocations) empty() bool { return len(h.addresses)+len(h.ports) == 0 }

// end frees what no service has after the write. What it fails to free, the repair loop frees later.
func (tx *transaction) end(ctx context.Context, success bool) {
	freed := tx.allocated
	if success {
		freed = tx.released
	}
	if !tx.dryRun {
		tx.release(ctx, tx.service, freed)
	}
}

// release releases allocations of a service, also after the request's context has ended.
func (a *allocators) release(ctx context.Context, s *corev1.Service, h allocations) {
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

// allocateAddresses allocates an address for each IP family of the service, beginning with family number from: the one
// that clusterIPs names, or else a free one.
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

// addressesOf returns the cluster IPs of a service; an ExternalName service has none.
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

// serviceHooks allocate and release around each write of a service. Upstream: the hooks of service/storage.REST.
type serviceHooks struct {
	*allocators
	endpoints func() resource.LoopbackClient
}

// create allocates for a new service before the Store validates it, because the allocated addresses are validated too.
// If the service is refused, everything is released.
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

// update allocates what the changed service needs in addition, and frees after the write what it needs no longer.
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

// begun returns the function with which the Store ends the transaction; after an error it ends the transaction itself.
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

// changeAddresses allocates for a service that was of type ExternalName, releases for one that becomes ExternalName,
// and allocates or releases the address of a second IP family. The first address of a service never changes.
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

// deleted frees all allocations of the service and deletes its endpoints: a new service of that name must not find the
// old endpoints.
func (h *serviceHooks) deleted(obj runtime.Object, options *rest.DeleteOptions) {
	if len(options.DryRun) > 0 {
		return
	}
	s := obj.(*corev1.Service)
	h.addresses.defaultOnRead(s)
	ctx := rest.WithNamespace(context.Background(), s.Namespace)
	_, _, _ = h.endpoints().Delete(ctx, s.Name, nil) // they may not exist
	h.release(ctx, s, allocations{addressesOf(s), portsOf(s)})
}
