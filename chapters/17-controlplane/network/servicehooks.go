package network

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

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
