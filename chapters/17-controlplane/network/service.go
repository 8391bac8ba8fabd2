package network

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// serviceStrategy: a service's type decides which of its fields are used. A PUT to a name that does not exist creates.
// Upstream: pkg/registry/core/service.
type serviceStrategy struct{ registry.Namespaced }

func (serviceStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	obj.(*corev1.Service).Status = corev1.ServiceStatus{}
}

func (serviceStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	s, before := obj.(*corev1.Service), old.(*corev1.Service)
	s.Status = before.Status
	dropTypeDependentFields(s, before)
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (serviceStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

func (serviceStrategy) ValidateName(name string, prefix bool) []string {
	return apivalidation.NameIsDNSLabel(name, prefix)
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

// serviceFields returns the fields for field selectors. Upstream: service.SelectableFields.
func serviceFields(obj runtime.Object) fields.Set {
	s := obj.(*corev1.Service)
	return fields.Set{"spec.clusterIP": s.Spec.ClusterIP, "spec.type": string(s.Spec.Type)}
}

// buildService adds the allocation hooks to the Store of services, and the repair and bootstrap tasks to the server.
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

// storeOf returns a function that finds the Store of another row after all Stores are built. If the group of the row is
// disabled, it opens a Store that clients cannot reach, because services need the objects all the same.
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

// What follows from a service's type.

// needsAddress: every service has cluster IPs, or "None", unless its type is ExternalName.
func needsAddress(s *corev1.Service) bool { return s.Spec.Type != corev1.ServiceTypeExternalName }

func headless(s *corev1.Service) bool {
	return len(s.Spec.ClusterIPs) == 1 && s.Spec.ClusterIPs[0] == corev1.ClusterIPNone
}

// hasNodePorts: services of the type may have node ports. wantsNodePorts: a port without a node port is given one.
func hasNodePorts(s *corev1.Service) bool {
	return s.Spec.Type == corev1.ServiceTypeNodePort || s.Spec.Type == corev1.ServiceTypeLoadBalancer
}

func wantsNodePorts(s *corev1.Service) bool {
	wanted := s.Spec.AllocateLoadBalancerNodePorts
	return s.Spec.Type == corev1.ServiceTypeNodePort ||
		s.Spec.Type == corev1.ServiceTypeLoadBalancer && (wanted == nil || *wanted)
}

// needsHealthCheck: a load balancer must check on each node whether the service has a local endpoint.
func needsHealthCheck(s *corev1.Service) bool {
	return s.Spec.Type == corev1.ServiceTypeLoadBalancer && s.Spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal
}

// reachableFromOutside: traffic from outside of the cluster can reach the service.
func reachableFromOutside(s *corev1.Service) bool {
	return hasNodePorts(s) || s.Spec.Type == corev1.ServiceTypeClusterIP && len(s.Spec.ExternalIPs) > 0
}

// serviceStatusStrategy changes the status of a service only. Upstream: service.StatusStrategy.
type serviceStatusStrategy struct{ serviceStrategy }

func (serviceStatusStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	obj.(*corev1.Service).Spec = old.(*corev1.Service).Spec
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (serviceStatusStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"spec"}} }

func (serviceStatusStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	s := obj.(*corev1.Service)
	return validateBalancer(&s.Status.LoadBalancer, &old.(*corev1.Service).Status.LoadBalancer, s.Spec.Type)
}

func (serviceStatusStrategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	var warnings []string
	for i, ingress := range obj.(*corev1.Service).Status.LoadBalancer.Ingress {
		if ingress.IP != "" {
			warnings = append(warnings, validation.GetWarningsForIP(balancerPath.Index(i), ingress.IP)...)
		}
	}
	return warnings
}

var (
	balancerPath = field.NewPath("status", "loadBalancer", "ingress")
	knownIPModes = []corev1.LoadBalancerIPMode{corev1.LoadBalancerIPModeProxy, corev1.LoadBalancerIPModeVIP}
)

// validateBalancer checks the addresses and host names of a load balancer. Upstream: ValidateLoadBalancerStatus.
func validateBalancer(b, old *corev1.LoadBalancerStatus, of corev1.ServiceType) field.ErrorList {
	if of != corev1.ServiceTypeLoadBalancer && len(b.Ingress) > 0 {
		return field.ErrorList{field.Forbidden(balancerPath, "may only be used when `spec.type` is 'LoadBalancer'")}
	}
	var known []string
	for _, ingress := range old.Ingress {
		known = append(known, ingress.IP)
	}
	var errs field.ErrorList
	for i, ingress := range b.Ingress {
		path := balancerPath.Index(i)
		if ingress.IP != "" {
			errs = append(errs, validate.IP(path.Child("ip"), ingress.IP, known...)...)
		}
		switch mode := ingress.IPMode; {
		case mode == nil && ingress.IP != "":
			errs = append(errs, field.Required(path.Child("ipMode"), "must be specified when `ip` is set"))
		case mode != nil && ingress.IP == "":
			errs = append(errs, field.Forbidden(path.Child("ipMode"), "may not be specified when `ip` is not set"))
		case mode != nil:
			errs = append(errs, validate.Supported(path.Child("ipMode"), *mode, knownIPModes...)...)
		}
		errs = append(errs, validateIngressName(path, ingress.Hostname)...)
	}
	return errs
}

// validateIngressName checks the host name of a load balancer's ingress point.
func validateIngressName(path *field.Path, host string) field.ErrorList {
	if host == "" {
		return nil
	}
	errs := validate.DNS1123Subdomain(path.Child("hostname"), host)
	if parseIP(host) != nil {
		errs = append(errs, field.Invalid(path.Child("hostname"), host, "must be a DNS name, not an IP address"))
	}
	return errs
}

var serviceColumns = resource.Table[corev1.Service, *corev1.Service]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Type", Description: corev1.ServiceSpec{}.SwaggerDoc()["type"]},
		{Name: "Cluster-IP", Description: corev1.ServiceSpec{}.SwaggerDoc()["clusterIP"]},
		{Name: "External-IP", Description: corev1.ServiceSpec{}.SwaggerDoc()["externalIPs"]},
		{Name: "Port(s)", Description: corev1.ServiceSpec{}.SwaggerDoc()["ports"]},
		resource.AgeColumn(),
		{Name: "Selector", Priority: 1, Description: corev1.ServiceSpec{}.SwaggerDoc()["selector"]},
	},
	Cells: func(s *corev1.Service) []any {
		inside := "<none>"
		if len(s.Spec.ClusterIPs) > 0 {
			inside = s.Spec.ClusterIPs[0]
		}
		return []any{s.Name, string(s.Spec.Type), inside, outside(s), portsText(s.Spec.Ports), resource.AgeOf(s),
			labels.FormatLabels(s.Spec.Selector)}
	},
}

// outside returns the column External-IP.
func outside(s *corev1.Service) string {
	switch s.Spec.Type {
	case corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort:
		if len(s.Spec.ExternalIPs) > 0 {
			return strings.Join(s.Spec.ExternalIPs, ",")
		}
		return "<none>"
	case corev1.ServiceTypeLoadBalancer:
		var entries []string
		for _, ingress := range s.Status.LoadBalancer.Ingress {
			entries = append(entries, entryPoint(ingress.IP, ingress.Hostname)...)
		}
		if entries = append(inOrder(entries), s.Spec.ExternalIPs...); len(entries) > 0 {
			return strings.Join(entries, ",")
		}
		return "<pending>"
	case corev1.ServiceTypeExternalName:
		return s.Spec.ExternalName
	}
	return "<unknown>"
}

// entryPoint returns the address of a load balancer or, if it has none, its host name.
func entryPoint(ip, host string) []string {
	switch {
	case ip != "":
		return []string{ip}
	case host != "":
		return []string{host}
	}
	return nil
}

func inOrder(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func portsText(ports []corev1.ServicePort) string {
	if len(ports) == 0 {
		return "<none>"
	}
	var texts []string
	for _, p := range ports {
		if p.NodePort > 0 {
			texts = append(texts, fmt.Sprintf("%d:%d/%s", p.Port, p.NodePort, p.Protocol))
		} else {
			texts = append(texts, fmt.Sprintf("%d/%s", p.Port, p.Protocol))
		}
	}
	return strings.Join(texts, ",")
}
