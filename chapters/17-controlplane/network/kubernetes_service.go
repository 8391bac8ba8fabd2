package network

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/17-controlplane/resource"
)

// apiServer is the name of the service by which pods find the API, of its endpoints, and of the default ServiceCIDR.
const apiServer = "kubernetes"

// reconcileEvery is how often a server makes sure that it can be found. Upstream: DefaultEndpointReconcilerInterval.
const reconcileEvery = 10 * time.Second

// kubernetesService makes what a cluster's network begins with: the object that shows the range of the flag, and the service
// kubernetes at its first address. What exists already stays as it is.
// Upstream: controller/defaultservicecidr and controller/kubernetesservice.
type kubernetesService struct {
	settings                    Settings
	services, cidrs, cidrStatus func() resource.LoopbackClient
	reconciler                  *leaseEndpointReconciler // nil: this server has no endpoint
}

// start does it once.
func (b *kubernetesService) start(ctx context.Context) error {
	if err := b.showRange(ctx); err != nil {
		return err
	}
	// Asked for first: a second create would be refused for its address, not for its name.
	_, err := b.services().Get(inDefault(ctx), apiServer, nil)
	if apierrors.IsNotFound(err) {
		_, err = b.services().Create(inDefault(ctx), b.service(), nil)
	}
	if err != nil || b.reconciler == nil {
		return err
	}
	return b.reconciler.reconcile(ctx)
}

// loop keeps the server's address among the endpoints while it runs, and takes it away at the end.
func (b *kubernetesService) loop(ctx context.Context) {
	if b.reconciler == nil {
		return
	}
	for sleep(ctx, reconcileEvery) {
		_ = b.start(ctx) // what fails now is tried again
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = b.reconciler.removeEndpoints(ctx) // its lease ends anyhow
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

// service is the service kubernetes; its endpoints are the servers themselves, so it has no selector.
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

// port is where the server listens; 6443 where nobody has said.
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

// unless is err, or nil where it is one that is as good as success.
func unless(err error, fine func(error) bool) error {
	if err != nil && fine(err) {
		return nil
	}
	return err
}

// goneOrAnother: what was to be deleted is not there any more.
func goneOrAnother(err error) bool { return apierrors.IsNotFound(err) || apierrors.IsConflict(err) }

// persistently does something until it succeeds: a server does not end because etcd is not there yet. After a minute it
// gives up. Upstream: the same time for the same tasks.
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
