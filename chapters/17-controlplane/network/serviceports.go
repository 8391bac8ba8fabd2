package network

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var knownProtocols = []corev1.Protocol{corev1.ProtocolSCTP, corev1.ProtocolTCP, corev1.ProtocolUDP}

// validatePort checks each port; with more than one, they need names. Upstream: validateServicePort.
func validatePort(s, _ *corev1.Service) field.ErrorList {
	var errs field.ErrorList
	names := map[string]bool{}
	for i := range s.Spec.Ports {
		p, path := &s.Spec.Ports[i], portsPath.Index(i)
		errs = append(errs, validateName(p.Name, path.Child("name"), len(s.Spec.Ports) > 1)...)
		if p.Name != "" && names[p.Name] {
			errs = append(errs, field.Duplicate(path.Child("name"), p.Name))
		}
		names[p.Name] = true
		errs = append(errs, validateNumber(p.Port, path.Child("port"))...)
		errs = append(errs, validateProtocol(p.Protocol, path.Child("protocol"))...)
		errs = append(errs, validateTarget(p.TargetPort, path.Child("targetPort"))...)
		errs = append(errs, validateQualified(p.AppProtocol, path.Child("appProtocol"))...)
	}
	return errs
}

func validateName(name string, path *field.Path, required bool) field.ErrorList {
	if name == "" {
		if required {
			return field.ErrorList{field.Required(path, "")}
		}
		return nil
	}
	return validateLabel(name, path)
}

func validateLabel(name string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, problem := range validation.IsDNS1123Label(name) {
		errs = append(errs, field.Invalid(path, name, problem))
	}
	return errs
}

func validateNumber(port int32, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, problem := range validation.IsValidPortNum(int(port)) {
		errs = append(errs, field.Invalid(path, port, problem))
	}
	return errs
}

func validateProtocol(p corev1.Protocol, path *field.Path) field.ErrorList {
	switch {
	case p == "":
		return field.ErrorList{field.Required(path, "")}
	case !slices.Contains(knownProtocols, p):
		return field.ErrorList{field.NotSupported(path, p, knownProtocols)}
	}
	return nil
}

func validateTarget(port intstr.IntOrString, path *field.Path) field.ErrorList {
	if port.Type == intstr.Int {
		return validateNumber(port.IntVal, path)
	}
	var errs field.ErrorList
	for _, problem := range validation.IsValidPortName(port.StrVal) {
		errs = append(errs, field.Invalid(path, port.StrVal, problem))
	}
	return errs
}

func validateQualified(name *string, path *field.Path) field.ErrorList {
	if name == nil {
		return nil
	}
	var errs field.ErrorList
	for _, problem := range validation.IsQualifiedName(*name) {
		errs = append(errs, field.Invalid(path, *name, problem))
	}
	return errs
}

// validateNodePort: only some types have node ports, and no two ports of a protocol share one.
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

// duplicatePorts: no two ports of a protocol have one number.
func duplicatePorts(s, _ *corev1.Service) field.ErrorList {
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

// portKey shows itself in messages as upstream's internal ServicePort does.
type portKey struct {
	Name        string
	Protocol    corev1.Protocol
	AppProtocol *string
	Port        int32
	TargetPort  intstr.IntOrString
	NodePort    int32
}
