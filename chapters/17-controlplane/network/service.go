package network

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

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

// Canonicalize drops a policy that means nothing for a mere name. Upstream stores and hides it.
func (serviceStrategy) Canonicalize(obj runtime.Object) {
	if s := obj.(*corev1.Service); !needsAddress(s) {
		s.Spec.InternalTrafficPolicy = nil
	}
}

// serviceFields are what field selectors see. Upstream: service.SelectableFields.
func serviceFields(obj runtime.Object) fields.Set {
	s := obj.(*corev1.Service)
	return fields.Set{"spec.clusterIP": s.Spec.ClusterIP, "spec.type": string(s.Spec.Type)}
}

// buildService puts the allocation around the writes of services, and the tasks that belong to it into the server.
func buildService(store *registry.Store, p *resource.Parts) {
	settings := resource.Setting[Settings](p).withDefaults()
	find := func(group, name string) func() *registry.Store {
		return func() *registry.Store { return p.Store(schema.GroupResource{Group: group, Resource: name}) }
	}
	a := &allocator{
		addresses: &addresses{
			ranges: settings.ClusterIPRanges, objects: find("networking.k8s.io", "ipaddresses"), cidrs: find("networking.k8s.io", "servicecidrs"),
		},
		ports: newNodePorts(settings.NodePortRange, p.Open(portsRoot, newRangeAllocation), func() *registry.Store { return store }),
	}
	hooks := &serviceHooks{allocator: a, endpoints: find("", "endpoints")}
	store.BeginCreate, store.BeginUpdate, store.AfterDelete = hooks.create, hooks.update, hooks.deleted

	r := &repair{allocator: a, now: time.Now}
	p.Add(resource.Task{Name: "start-service-ip-repair-controllers", Start: persistently(r.once), Run: r.loop})
	if !settings.Bootstrap {
		return
	}
	b := &bootstrap{settings: settings, services: a.ports.services, cidrs: a.addresses.cidrs}
	if settings.Advertise.IsValid() {
		b.presence = &presence{self: settings.Advertise, leases: p.Open(leasesRoot, newLease), endpoints: hooks.endpoints,
			slices: find("discovery.k8s.io", "endpointslices")}
	}
	p.Add(resource.Task{Name: "bootstrap-controller", Start: persistently(b.start), Run: b.loop})
}
