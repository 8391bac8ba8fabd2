package network

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

var (
	specPath     = field.NewPath("spec")
	portsPath    = specPath.Child("ports")
	affinityPath = specPath.Child("sessionAffinityConfig")
	knownTypes   = []corev1.ServiceType{corev1.ServiceTypeClusterIP, corev1.ServiceTypeExternalName,
		corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeNodePort}
	knownAffinity = []corev1.ServiceAffinity{corev1.ServiceAffinityClientIP, corev1.ServiceAffinityNone}
)

// validateService checks a service; old is nil for a create. Some rules accept invalid values that old has. The errors
// are in upstream's order. Upstream: validateService.
func validateService(s, old *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	for _, check := range []func(s, old *corev1.Service) field.ErrorList{
		validateTopology, validateTypeFields, validatePort, validateSelector, validateAffinity, validateAddresses, validateExternalIP,
		validateServiceType, validateNodePort, validatePortsUnique, validateSourceRange, validateLoadBalancer, validateExternalTraffic,
		validateHealthCheck, validateInternalTraffic, validateDistribution,
	} {
		errs = append(errs, check(s, old)...)
	}
	return errs
}

func validateTopology(s, _ *corev1.Service) field.ErrorList {
	hints, deprecated := s.Annotations[corev1.DeprecatedAnnotationTopologyAwareHints]
	mode, set := s.Annotations[corev1.AnnotationTopologyMode]
	if !set || !deprecated || mode == hints {
		return nil
	}
	path := field.NewPath("metadata", "annotations").Key(corev1.AnnotationTopologyMode)
	return field.ErrorList{field.Invalid(path, mode,
		fmt.Sprintf("must match annotations[%s] when both are specified", corev1.DeprecatedAnnotationTopologyAwareHints))}
}

// validateTypeFields checks what each type requires and forbids.
func validateTypeFields(s, _ *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	if len(s.Spec.Ports) == 0 && !headless(s) && needsAddress(s) {
		errs = append(errs, field.Required(portsPath, ""))
	}
	switch s.Spec.Type {
	case corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeNodePort:
		if headless(s) {
			errs = append(errs, field.Invalid(clusterIPsPath.Index(0), s.Spec.ClusterIPs[0],
				fmt.Sprintf("may not be set to 'None' for %s services", s.Spec.Type)))
		}
	case corev1.ServiceTypeExternalName:
		errs = append(errs, validateExternalName(s)...)
	}
	return errs
}

func validateExternalName(s *corev1.Service) field.ErrorList {
	const not = "may not be set for ExternalName services"
	var errs field.ErrorList
	if len(s.Spec.ClusterIPs) > 0 {
		errs = append(errs, field.Forbidden(clusterIPsPath, not))
	}
	if len(s.Spec.IPFamilies) > 0 {
		errs = append(errs, field.Forbidden(ipFamiliesPath, not))
	}
	if s.Spec.IPFamilyPolicy != nil {
		errs = append(errs, field.Forbidden(ipFamilyPolicyPath, not))
	}
	path := specPath.Child("externalName")
	name := strings.TrimSuffix(s.Spec.ExternalName, ".")
	if name == "" {
		return append(errs, field.Required(path, ""))
	}
	return append(errs, validate.DNS1123Subdomain(path, name)...)
}

func validateSelector(s, _ *corev1.Service) field.ErrorList {
	return metavalidation.ValidateLabels(s.Spec.Selector, specPath.Child("selector"))
}

func validateAffinity(s, _ *corev1.Service) field.ErrorList {
	kind, config := s.Spec.SessionAffinity, s.Spec.SessionAffinityConfig
	switch {
	case !slices.Contains(knownAffinity, kind):
		return validate.RequiredAndSupported(specPath.Child("sessionAffinity"), kind, knownAffinity...)
	case kind == corev1.ServiceAffinityNone && config != nil:
		return field.ErrorList{field.Forbidden(affinityPath, "must not be set when session affinity is None")}
	case kind == corev1.ServiceAffinityNone:
		return nil
	}
	const needed = "when session affinity type is ClientIP"
	seconds := affinityPath.Child("clientIP", "timeoutSeconds")
	switch {
	case config == nil:
		return field.ErrorList{field.Required(affinityPath, needed)}
	case config.ClientIP == nil:
		return field.ErrorList{field.Required(affinityPath.Child("clientIP"), needed)}
	case config.ClientIP.TimeoutSeconds == nil:
		return field.ErrorList{field.Required(seconds, needed)}
	}
	const longest = int32(86400)
	if n := *config.ClientIP.TimeoutSeconds; n <= 0 || n > longest {
		return field.ErrorList{field.Invalid(seconds, n, fmt.Sprintf("must be greater than 0 and less than %d", longest))}
	}
	return nil
}

func validateExternalIP(s, old *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	var known []string
	if old != nil {
		known = old.Spec.ExternalIPs
	}
	for i, ip := range s.Spec.ExternalIPs {
		path := specPath.Child("externalIPs").Index(i)
		wrong := validate.IP(path, ip, known...)
		if len(wrong) == 0 {
			wrong = validateEndpointIP(path, ip)
		}
		errs = append(errs, wrong...)
	}
	return errs
}

func validateServiceType(s, _ *corev1.Service) field.ErrorList {
	return validate.RequiredAndSupported(specPath.Child("type"), s.Spec.Type, knownTypes...)
}

var (
	knownExternalPolicies = []corev1.ServiceExternalTrafficPolicy{corev1.ServiceExternalTrafficPolicyCluster,
		corev1.ServiceExternalTrafficPolicyLocal}
	knownInternalPolicies = []corev1.ServiceInternalTrafficPolicy{corev1.ServiceInternalTrafficPolicyCluster,
		corev1.ServiceInternalTrafficPolicyLocal}
	knownDistributions = []string{corev1.ServiceTrafficDistributionPreferClose, corev1.ServiceTrafficDistributionPreferSameZone,
		corev1.ServiceTrafficDistributionPreferSameNode}
)

const onlyBalancer = "may only be used when `type` is 'LoadBalancer'"

// validateSourceRange checks the CIDRs of allowed clients, in loadBalancerSourceRanges or the older annotation.
func validateSourceRange(s, old *corev1.Service) field.ErrorList {
	const annotation = corev1.AnnotationLoadBalancerSourceRangesKey
	ranges, path := s.Spec.LoadBalancerSourceRanges, specPath.Child("LoadBalancerSourceRanges")
	text, annotated := s.Annotations[annotation]
	var errs field.ErrorList
	var known []string
	switch {
	case len(ranges) > 0 && old != nil:
		for _, r := range old.Spec.LoadBalancerSourceRanges {
			known = append(known, strings.TrimSpace(r))
		}
	case len(ranges) == 0 && !annotated:
		return nil
	case len(ranges) == 0:
		path = field.NewPath("metadata", "annotations").Key(annotation)
	}
	if s.Spec.Type != corev1.ServiceTypeLoadBalancer {
		errs = append(errs, field.Forbidden(path, onlyBalancer))
	}
	for i, r := range ranges {
		errs = append(errs, validation.IsValidCIDRForLegacyField(path.Index(i), strings.TrimSpace(r), true, known)...)
	}
	if text = strings.TrimSpace(text); len(ranges) > 0 || text == "" || old != nil && strings.TrimSpace(old.Annotations[annotation]) == text {
		return errs
	}
	for r := range strings.SplitSeq(text, ",") {
		errs = append(errs, validation.IsValidCIDRForLegacyField(path, strings.TrimSpace(r), true, nil)...)
	}
	return errs
}

func validateLoadBalancer(s, _ *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	balancer, allocate := s.Spec.Type == corev1.ServiceTypeLoadBalancer, s.Spec.AllocateLoadBalancerNodePorts
	if allocate != nil && !balancer {
		errs = append(errs, field.Forbidden(specPath.Child("allocateLoadBalancerNodePorts"), onlyBalancer))
	}
	if allocate == nil && balancer {
		errs = append(errs, field.Required(field.NewPath("allocateLoadBalancerNodePorts"), ""))
	}
	return append(errs, validateLoadBalancerClass(s)...)
}

func validateLoadBalancerClass(s *corev1.Service) field.ErrorList {
	path := specPath.Child("loadBalancerClass")
	if s.Spec.LoadBalancerClass != nil && s.Spec.Type != corev1.ServiceTypeLoadBalancer {
		return field.ErrorList{field.Forbidden(path, onlyBalancer)}
	}
	return validateQualified(path, s.Spec.LoadBalancerClass)
}

func validateExternalTraffic(s, _ *corev1.Service) field.ErrorList {
	policy, path := s.Spec.ExternalTrafficPolicy, specPath.Child("externalTrafficPolicy")
	switch reachable := reachableFromOutside(s); {
	case !reachable && policy != "":
		return field.ErrorList{field.Invalid(path, policy, "may only be set for externally-accessible services")}
	case !reachable:
		return nil
	}
	return validate.RequiredAndSupported(path, policy, knownExternalPolicies...)
}

func validateHealthCheck(s, _ *corev1.Service) field.ErrorList {
	port, path := s.Spec.HealthCheckNodePort, specPath.Child("healthCheckNodePort")
	switch needed := needsHealthCheck(s); {
	case !needed && port != 0:
		return field.ErrorList{field.Invalid(path, port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")}
	case needed && port == 0:
		return field.ErrorList{field.Required(path, "")}
	case needed:
		return validate.PortNumber(path, port)
	}
	return nil
}

func validateInternalTraffic(s, _ *corev1.Service) field.ErrorList {
	policy, path := s.Spec.InternalTrafficPolicy, specPath.Child("internalTrafficPolicy")
	switch {
	case policy == nil && (hasNodePorts(s) || s.Spec.Type == corev1.ServiceTypeClusterIP):
		return field.ErrorList{field.Required(path, "")}
	case policy != nil:
		return validate.Supported(path, *policy, knownInternalPolicies...)
	}
	return nil
}

func validateDistribution(s, _ *corev1.Service) field.ErrorList {
	d := s.Spec.TrafficDistribution
	if d == nil {
		return nil
	}
	return validate.Supported(specPath.Child("trafficDistribution"), *d, knownDistributions...)
}

var knownProtocols = []corev1.Protocol{corev1.ProtocolSCTP, corev1.ProtocolTCP, corev1.ProtocolUDP}

// validatePort checks each port; if there are several, each has a name. Upstream: validateServicePort.
func validatePort(s, _ *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	names := validate.Seen{}
	for i := range s.Spec.Ports {
		p, path := &s.Spec.Ports[i], portsPath.Index(i)
		errs = append(errs, validateName(path.Child("name"), p.Name, len(s.Spec.Ports) > 1)...)
		if p.Name != "" && names.Repeated(p.Name) {
			errs = append(errs, field.Duplicate(path.Child("name"), p.Name))
		}
		errs = append(errs, validate.PortNumber(path.Child("port"), p.Port)...)
		errs = append(errs, validateProtocol(path.Child("protocol"), p.Protocol)...)
		errs = append(errs, validate.PortNumberOrName(path.Child("targetPort"), p.TargetPort)...)
		errs = append(errs, validateQualified(path.Child("appProtocol"), p.AppProtocol)...)
	}
	return errs
}

func validateName(path *field.Path, name string, required bool) field.ErrorList {
	if name == "" {
		if required {
			return field.ErrorList{field.Required(path, "")}
		}
		return nil
	}
	return validate.DNS1123Label(path, name)
}

func validateProtocol(path *field.Path, p corev1.Protocol) field.ErrorList {
	return validate.RequiredAndSupported(path, p, knownProtocols...)
}

func validateQualified(path *field.Path, name *string) field.ErrorList {
	if name == nil {
		return nil
	}
	return validate.QualifiedName(path, *name)
}

// validateNodePort: services of type ClusterIP have no node ports, and no two ports of a protocol share one.
func validateNodePort(s, _ *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	for i, p := range s.Spec.Ports {
		if p.NodePort != 0 && s.Spec.Type == corev1.ServiceTypeClusterIP {
			errs = append(errs, field.Forbidden(portsPath.Index(i).Child("nodePort"), "may not be used when `type` is 'ClusterIP'"))
		}
	}
	seen := map[portKey]bool{}
	for i, p := range s.Spec.Ports {
		key := portKey{Protocol: p.Protocol, NodePort: p.NodePort}
		if p.NodePort != 0 && seen[key] {
			errs = append(errs, field.Duplicate(portsPath.Index(i).Child("nodePort"), p.NodePort))
		}
		seen[key] = true
	}
	return errs
}

// validatePortsUnique: no two ports of a protocol have the same number.
func validatePortsUnique(s, _ *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	seen := map[portKey]bool{}
	for i, p := range s.Spec.Ports {
		key := portKey{Protocol: p.Protocol, Port: p.Port}
		if seen[key] {
			errs = append(errs, field.Duplicate(portsPath.Index(i), key))
		}
		seen[key] = true
	}
	return errs
}

// portKey is printed in messages as upstream's internal ServicePort is.
type portKey struct {
	Name        string
	Protocol    corev1.Protocol
	AppProtocol *string
	Port        int32
	TargetPort  intstr.IntOrString
	NodePort    int32
}
