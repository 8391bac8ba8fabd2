package network

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// serviceStrategy: a service's type decides which of its fields mean something. A PUT to a new name creates.
// Upstream: pkg/registry/core/service.
type serviceStrategy struct{ registry.Namespaced }

func (serviceStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	obj.(*corev1.Service).Status = corev1.ServiceStatus{}
}

func (serviceStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	s, before := obj.(*corev1.Service), old.(*corev1.Service)
	s.Status = before.Status
	dropUseless(s, before)
}

// GetResetFields are those that PrepareForUpdate puts back.
func (serviceStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

func (serviceStrategy) ValidateName(name string, prefix bool) []string {
	return validation.NameIsDNSLabel(name, prefix)
}

func (serviceStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validateService(obj.(*corev1.Service), nil)
}

func (serviceStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	s, before := obj.(*corev1.Service), old.(*corev1.Service)
	return append(validateServiceChange(s, before), validateService(s, before)...)
}

func (serviceStrategy) WarningsOnCreate(_ context.Context, obj runtime.Object) []string {
	return serviceWarnings(obj.(*corev1.Service))
}

func (serviceStrategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	return serviceWarnings(obj.(*corev1.Service))
}

func (serviceStrategy) AllowCreateOnUpdate() bool { return true }

// serviceFields are what field selectors see. Upstream: service.SelectableFields.
func serviceFields(obj runtime.Object) fields.Set {
	s := obj.(*corev1.Service)
	return fields.Set{"spec.clusterIP": s.Spec.ClusterIP, "spec.type": string(s.Spec.Type)}
}

// buildService puts the allocation around the writes of services, and the tasks that belong to it into the server.
func buildService(store *registry.Store, deps *resource.Dependencies) {
	settings := resource.Setting[Settings](deps).withDefaults()
	a := &allocators{
		addresses: &ipAllocator{
			ranges:  settings.ClusterIPRanges,
			objects: storeOf(deps, networkingv1.SchemeGroupVersion, ipAddressRow, func() runtime.Object { return &networkingv1.IPAddress{} }),
			cidrs:   storeOf(deps, networkingv1.SchemeGroupVersion, serviceCIDRRow, func() runtime.Object { return &networkingv1.ServiceCIDR{} }),
		},
		ports: newPortAllocator(settings.NodePortRange, deps.OpenStorage(corev1.Resource("servicenodeportallocations"), rangesRoot,
			newRangeAllocation), func() *registry.Store { return store }),
	}
	endpoints := storeOf(deps, corev1.SchemeGroupVersion, endpointsRow, func() runtime.Object { return &corev1.Endpoints{} })
	hooks := &serviceHooks{allocators: a, endpoints: endpoints}
	store.BeginCreate, store.BeginUpdate, store.AfterDelete = hooks.create, hooks.update, hooks.deleted
	store.Decorator = func(obj runtime.Object) {
		if s, ok := obj.(*corev1.Service); ok {
			a.addresses.defaultOnRead(s)
		}
	}

	r := &repair{allocators: a, now: time.Now}
	deps.AddPostStartHook(resource.PostStartHook{Name: "start-service-ip-repair-controllers", Start: persistently(r.once), Run: r.loop})
	if !settings.Bootstrap {
		return
	}
	b := &kubernetesService{settings: settings, cidrs: a.addresses.cidrs,
		services: sync.OnceValue(func() resource.LoopbackClient { return deps.LoopbackClient(store, "") }),
		cidrStatus: sync.OnceValue(func() resource.LoopbackClient {
			status := *a.addresses.cidrs().Store
			status.Strategy = serviceCIDRStatusStrategy{}
			return deps.LoopbackClient(&status, "status")
		}),
	}
	if settings.Advertise.IsValid() {
		b.reconciler = &leaseEndpointReconciler{self: settings.Advertise, leases: deps.OpenStorage(corev1.Resource("apiserveripinfo"), leasesRoot, newLease),
			endpoints: endpoints,
			slices:    storeOf(deps, discoveryv1.SchemeGroupVersion, endpointSliceRow, func() runtime.Object { return &discoveryv1.EndpointSlice{} })}
	}
	deps.AddPostStartHook(resource.PostStartHook{Name: "bootstrap-controller", Start: persistently(b.start), Run: b.loop})
}

// storeOf finds the Store of another row once all are made. What services need is kept even where its group is
// switched off: then nobody else sees it.
func storeOf(deps *resource.Dependencies, gv schema.GroupVersion, r resource.Definition, empty func() runtime.Object) func() resource.LoopbackClient {
	name := gv.WithResource(r.Name).GroupResource()
	return sync.OnceValue(func() resource.LoopbackClient {
		if served := deps.Store(name); served != nil {
			return deps.LoopbackClient(served, "")
		}
		return deps.LoopbackClient(&registry.Store{
			Kind: gv.WithKind(r.Kind), Resource: name, Singular: r.Singular(), NewFunc: empty,
			Storage: deps.OpenStorage(name, r.Key(), empty), Strategy: r.Strategy, KeyRoot: r.Key(),
		}, "")
	})
}
