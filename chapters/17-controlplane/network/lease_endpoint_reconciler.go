package network

import (
	"context"
	"errors"
	"maps"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/17-controlplane/resource"
)

// leasesRoot is where each server leaves a sign of life that etcd removes when it is not renewed.
const leasesRoot = "/masterleases"

// leaseEndpointReconciler keeps the endpoints of the service kubernetes: the addresses of all servers that live.
// Upstream: reconcilers.leaseEndpointReconciler.
type leaseEndpointReconciler struct {
	self              netip.AddrPort
	leases            storage.Interface
	endpoints, slices func() resource.LoopbackClient
}

func newLease() runtime.Object { return &corev1.Endpoints{} }

// reconcile renews the server's lease and writes down who lives.
func (p *leaseEndpointReconciler) reconcile(ctx context.Context) error {
	ip, seconds := p.self.Addr().String(), uint64(15)
	err := p.leases.GuaranteedUpdate(ctx, leasesRoot+"/"+ip, nil, storage.Update{
		IgnoreNotFound: true,
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			lease := old.(*corev1.Endpoints)
			lease.Subsets = []corev1.EndpointSubset{{Addresses: []corev1.EndpointAddress{{IP: ip}}}}
			lease.Generation++ // or nothing would be written, and the lease not renewed
			return storage.MutateResult{Object: lease, TTL: &seconds}, nil
		},
	})
	if err != nil {
		return err
	}
	return p.updateEndpoints(ctx)
}

// leave removes the server from the endpoints.
func (p *leaseEndpointReconciler) removeEndpoints(ctx context.Context) error {
	err := p.leases.Delete(ctx, leasesRoot+"/"+p.self.Addr().String(), nil, storage.DeleteOptions{})
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return p.updateEndpoints(ctx)
}

// updateEndpoints writes the endpoints, and the slice that says the same, if they are not right already.
func (p *leaseEndpointReconciler) updateEndpoints(ctx context.Context) error {
	living, err := p.listLeases(ctx)
	if err != nil {
		return err
	}
	port := corev1.EndpointPort{Name: "https", Port: int32(p.self.Port()), Protocol: corev1.ProtocolTCP}
	return errors.Join(
		put(ctx, p.endpoints(), p.endpointsOf(living, port), func(old, now *corev1.Endpoints) bool {
			same := equality.Semantic.DeepEqual(old.Subsets, now.Subsets) && old.Labels[discoveryv1.LabelSkipMirror] == "true"
			old.Subsets, old.Labels = now.Subsets, with(old.Labels, now.Labels)
			return same
		}),
		put(ctx, p.slices(), p.sliceOf(living, port), func(old, now *discoveryv1.EndpointSlice) bool {
			same := equality.Semantic.DeepEqual(old.Endpoints, now.Endpoints) && equality.Semantic.DeepEqual(old.Ports, now.Ports)
			old.Endpoints, old.Ports, old.Labels = now.Endpoints, now.Ports, with(old.Labels, now.Labels)
			return same
		}))
}

// living are the addresses of the servers whose leases hold.
func (p *leaseEndpointReconciler) listLeases(ctx context.Context) ([]string, error) {
	list := &kinds.List{}
	err := p.leases.GetList(ctx, leasesRoot, storage.ListOptions{Recursive: true}, list)
	var living []string
	for _, item := range list.Items {
		for _, set := range unwrap(item).(*corev1.Endpoints).Subsets {
			for _, address := range set.Addresses {
				living = append(living, address.IP)
			}
		}
	}
	return inOrder(living), err
}

func (p *leaseEndpointReconciler) endpointsOf(living []string, port corev1.EndpointPort) *corev1.Endpoints {
	e := &corev1.Endpoints{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Endpoints"},
		ObjectMeta: metav1.ObjectMeta{Name: apiServer, Namespace: metav1.NamespaceDefault,
			Labels: map[string]string{discoveryv1.LabelSkipMirror: "true"}},
	}
	for _, ip := range living {
		if len(e.Subsets) == 0 {
			e.Subsets = []corev1.EndpointSubset{{Ports: []corev1.EndpointPort{port}}}
		}
		e.Subsets[0].Addresses = append(e.Subsets[0].Addresses, corev1.EndpointAddress{IP: ip})
	}
	return e
}

func (p *leaseEndpointReconciler) sliceOf(living []string, port corev1.EndpointPort) *discoveryv1.EndpointSlice {
	s := &discoveryv1.EndpointSlice{
		TypeMeta: metav1.TypeMeta{APIVersion: "discovery.k8s.io/v1", Kind: "EndpointSlice"},
		ObjectMeta: metav1.ObjectMeta{Name: apiServer, Namespace: metav1.NamespaceDefault,
			Labels: map[string]string{discoveryv1.LabelServiceName: apiServer}},
		AddressType: discoveryv1.AddressType(familyOf(p.self.Addr())),
		Endpoints:   []discoveryv1.Endpoint{},
		Ports:       []discoveryv1.EndpointPort{{Name: &port.Name, Port: &port.Port, Protocol: &port.Protocol}},
	}
	for _, ip := range living {
		s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{Addresses: []string{ip},
			Conditions: discoveryv1.EndpointConditions{Ready: pointer(true)}})
	}
	return s
}

func with(labels, more map[string]string) map[string]string {
	if labels == nil {
		return more
	}
	maps.Copy(labels, more)
	return labels
}

// put creates an object of the namespace default, or takes now over into the one there is; adopt reports whether that
// changes nothing.
func put[P interface {
	runtime.Object
	metav1.Object
}](ctx context.Context, s resource.LoopbackClient, now P, adopt func(old, now P) bool) error {
	ctx = inDefault(ctx)
	existing, err := s.Get(ctx, now.GetName(), nil)
	if apierrors.IsNotFound(err) {
		_, err = s.Create(ctx, now, nil)
		return unless(err, apierrors.IsAlreadyExists)
	}
	if err != nil {
		return err
	}
	if adopt(unwrap(existing).DeepCopyObject().(P), now) {
		return nil
	}
	_, _, err = s.Update(ctx, now.GetName(), &rest.Update{Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
		adopt(old.(P), now)
		return old, nil
	}})
	return err
}
