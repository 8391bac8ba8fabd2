package network

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/17-controlplane/resource"
)

// apiServer is the name of the service through which pods reach the API, of its endpoints, and of the default
// ServiceCIDR.
const apiServer = "kubernetes"

// reconcileEvery is how often a server renews its lease and the endpoints. Upstream: DefaultEndpointReconcilerInterval.
const reconcileEvery = 10 * time.Second

// kubernetesService creates the ServiceCIDR kubernetes, which shows the flag's ranges, and the service kubernetes,
// which has the first address of the first range. Objects that exist are not changed. Upstream:
// controller/defaultservicecidr and controller/kubernetesservice.
type kubernetesService struct {
	settings                    Settings
	services, cidrs, cidrStatus func() resource.LoopbackClient
	reconciler                  *leaseEndpointReconciler // nil: this server adds no endpoint
}

// start creates the objects and reconciles the endpoints once.
func (b *kubernetesService) start(ctx context.Context) error {
	if err := b.showRange(ctx); err != nil {
		return err
	}
	// Get first: a create of a service that exists would fail because the address is allocated, not with AlreadyExists.
	_, err := b.services().Get(inDefault(ctx), apiServer, nil)
	if apierrors.IsNotFound(err) {
		_, err = b.services().Create(inDefault(ctx), b.service(), nil)
	}
	if err != nil || b.reconciler == nil {
		return err
	}
	return b.reconciler.reconcile(ctx)
}

// loop keeps the server's address in the endpoints while the server runs, and removes it at the end.
func (b *kubernetesService) loop(ctx context.Context) {
	if b.reconciler == nil {
		return
	}
	for sleep(ctx, reconcileEvery) {
		_ = b.start(ctx) // after an error the next round tries again
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = b.reconciler.removeEndpoints(ctx) // after an error the lease expires
}

// showRange creates the ServiceCIDR kubernetes, and marks it as ready.
func (b *kubernetesService) showRange(ctx context.Context) error {
	var cidrs []string
	for _, r := range b.settings.ClusterIPRanges {
		cidrs = append(cidrs, r.String())
	}
	_, err := b.cidrs().Create(ctx, &networkingv1.ServiceCIDR{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "ServiceCIDR"},
		ObjectMeta: metav1.ObjectMeta{Name: apiServer},
		Spec:       networkingv1.ServiceCIDRSpec{CIDRs: cidrs},
	}, nil)
	if err != nil {
		return unless(err, apierrors.IsAlreadyExists)
	}
	return b.cidrStatus().WithFieldManager("kubernetes-service-cidr-controller").Apply(ctx, apiServer, map[string]any{
		"status": map[string]any{"conditions": []any{map[string]any{
			"type": networkingv1.ServiceCIDRConditionReady, "status": string(metav1.ConditionTrue),
			"message":            "Kubernetes default Service CIDR is ready",
			"lastTransitionTime": time.Now().UTC().Format(time.RFC3339),
		}}},
	})
}

// service returns the service kubernetes. It has no selector: its endpoints are the API servers.
func (b *kubernetesService) service() *corev1.Service {
	address := b.settings.ClusterIPRanges[0].Addr().Next().String()
	return &corev1.Service{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: metav1.ObjectMeta{Name: apiServer, Namespace: metav1.NamespaceDefault,
			Labels: map[string]string{"component": "apiserver", "provider": "kubernetes"}},
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeClusterIP, ClusterIP: address, SessionAffinity: corev1.ServiceAffinityNone,
			IPFamilyPolicy:        pointer(corev1.IPFamilyPolicySingleStack),
			InternalTrafficPolicy: pointer(corev1.ServiceInternalTrafficPolicyCluster),
			Ports: []corev1.ServicePort{{Name: "https", Protocol: corev1.ProtocolTCP, Port: 443,
				TargetPort: intstr.FromInt32(int32(b.settings.port()))}},
		},
	}
}

// port returns the port of Advertise, 6443 if that is not set.
func (s Settings) port() uint16 {
	if s.Advertise.IsValid() {
		return s.Advertise.Port()
	}
	return 6443
}

func inDefault(ctx context.Context) context.Context {
	return rest.WithNamespace(ctx, metav1.NamespaceDefault)
}

func pointer[T any](value T) *T { return &value }

// unless returns err, or nil if fine says that the error counts as success.
func unless(err error, fine func(error) bool) error {
	if err != nil && fine(err) {
		return nil
	}
	return err
}

// goneOrAnother: the object to delete does not exist any more, or another object has its name.
func goneOrAnother(err error) bool { return apierrors.IsNotFound(err) || apierrors.IsConflict(err) }

// persistently repeats do each second until it succeeds, because etcd may not be ready yet. It gives up after a minute,
// as upstream does.
func persistently(do func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		var err error
		for range 60 {
			if err = do(ctx); err == nil || !sleep(ctx, time.Second) {
				break
			}
		}
		return err
	}
}

// leasesRoot is the prefix of the servers' leases: one key for each server, which etcd removes unless it is renewed.
const leasesRoot = "/masterleases"

// leaseEndpointReconciler maintains the endpoints of the service kubernetes: the addresses of all servers that have a
// lease. Upstream: reconcilers.leaseEndpointReconciler.
type leaseEndpointReconciler struct {
	self              netip.AddrPort
	leases            storage.Interface
	endpoints, slices func() resource.LoopbackClient
}

func newLease() runtime.Object { return &corev1.Endpoints{} }

// reconcile renews the server's lease and updates the endpoints.
func (p *leaseEndpointReconciler) reconcile(ctx context.Context) error {
	ip, seconds := p.self.Addr().String(), uint64(15)
	err := p.leases.GuaranteedUpdate(ctx, leasesRoot+"/"+ip, nil, storage.Update{
		IgnoreNotFound: true,
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			lease := old.(*corev1.Endpoints)
			lease.Subsets = []corev1.EndpointSubset{{Addresses: []corev1.EndpointAddress{{IP: ip}}}}
			lease.Generation++ // an unchanged object would not be written, and the lease not renewed
			return storage.MutateResult{Object: lease, TTL: &seconds}, nil
		},
	})
	if err != nil {
		return err
	}
	return p.updateEndpoints(ctx)
}

// removeEndpoints deletes the server's lease and removes its address from the endpoints.
func (p *leaseEndpointReconciler) removeEndpoints(ctx context.Context) error {
	err := p.leases.Delete(ctx, leasesRoot+"/"+p.self.Addr().String(), nil, storage.DeleteOptions{})
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return p.updateEndpoints(ctx)
}

// updateEndpoints writes the endpoints and the endpoint slice with the same addresses, if they changed.
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

// listLeases returns the addresses of the servers that have a lease.
func (p *leaseEndpointReconciler) listLeases(ctx context.Context) ([]string, error) {
	list := &kinds.List{}
	err := p.leases.GetList(ctx, leasesRoot, storage.ListOptions{Recursive: true}, list)
	var living []string
	for _, item := range list.Items {
		for _, set := range kinds.Unwrap(item).(*corev1.Endpoints).Subsets {
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

// put creates an object in the namespace default, or updates the one that exists. adopt copies the fields of now into
// old and reports whether they were equal: then nothing is written.
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
	if adopt(kinds.Unwrap(existing).DeepCopyObject().(P), now) {
		return nil
	}
	_, _, err = s.Update(ctx, now.GetName(), &rest.Update{Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
		adopt(old.(P), now)
		return old, nil
	}})
	return err
}
