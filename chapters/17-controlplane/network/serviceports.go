package network

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var knownProtocols = []corev1.Protocol{corev1.ProtocolSCTP, corev1.ProtocolTCP, corev1.ProtocolUDP}

// portFaults checks each port; with more than one, they need names. Upstream: validateServicePort.
func portFaults(s, _ *corev1.Service) field.ErrorList {
	var faults field.ErrorList
	names := map[string]bool{}
	for i := range s.Spec.Ports {
		p, path := &s.Spec.Ports[i], portsPath.Index(i)
		faults = append(faults, nameFaults(p.Name, path.Child("name"), len(s.Spec.Ports) > 1)...)
		if p.Name != "" && names[p.Name] {
			faults = append(faults, field.Duplicate(path.Child("name"), p.Name))
		}
		names[p.Name] = true
		faults = append(faults, numberFaults(p.Port, path.Child("port"))...)
		faults = append(faults, protocolFaults(p.Protocol, path.Child("protocol"))...)
		faults = append(faults, targetFaults(p.TargetPort, path.Child("targetPort"))...)
		faults = append(faults, qualifiedFaults(p.AppProtocol, path.Child("appProtocol"))...)
	}
	return faults
}

func nameFaults(name string, path *field.Path, required bool) field.ErrorList {
	if name == "" {
		if required {
			return field.ErrorList{field.Required(path, "")}
		}
		return nil
	}
	return labelFaults(name, path)
}

func labelFaults(name string, path *field.Path) field.ErrorList {
	var faults field.ErrorList
	for _, problem := range validation.IsDNS1123Label(name) {
		faults = append(faults, field.Invalid(path, name, problem))
	}
	return faults
}

func numberFaults(port int32, path *field.Path) field.ErrorList {
	var faults field.ErrorList
	for _, problem := range validation.IsValidPortNum(int(port)) {
		faults = append(faults, field.Invalid(path, port, problem))
	}
	return faults
}

func protocolFaults(p corev1.Protocol, path *field.Path) field.ErrorList {
	switch {
	case p == "":
		return field.ErrorList{field.Required(path, "")}
	case !slices.Contains(knownProtocols, p):
		return field.ErrorList{field.NotSupported(path, p, knownProtocols)}
	}
	return nil
}

func targetFaults(port intstr.IntOrString, path *field.Path) field.ErrorList {
	if port.Type == intstr.Int {
		return numberFaults(port.IntVal, path)
	}
	var faults field.ErrorList
	for _, problem := range validation.IsValidPortName(port.StrVal) {
		faults = append(faults, field.Invalid(path, port.StrVal, problem))
	}
	return faults
}

func qualifiedFaults(name *string, path *field.Path) field.ErrorList {
	if name == nil {
		return nil
	}
	var faults field.ErrorList
	for _, problem := range validation.IsQualifiedName(*name) {
		faults = append(faults, field.Invalid(path, *name, problem))
	}
	return faults
}

// nodePortFaults: only some types have node ports, and no two ports of a protocol share one.
func nodePortFaults(s, _ *corev1.Service) field.ErrorList {
	var faults field.ErrorList
	for i, p := range s.Spec.Ports {
		if p.NodePort != 0 && s.Spec.Type == corev1.ServiceTypeClusterIP {
			faults = append(faults, field.Forbidden(portsPath.Index(i).Child("nodePort"), "may not be used when `type` is 'ClusterIP'"))
		}
	}
	seen := map[portKey]bool{}
	for i, p := range s.Spec.Ports {
		key := portKey{Protocol: p.Protocol, NodePort: p.NodePort}
		if p.NodePort != 0 && seen[key] {
			faults = append(faults, field.Duplicate(portsPath.Index(i).Child("nodePort"), p.NodePort))
		}
		seen[key] = true
	}
	return faults
}

// duplicatePorts: no two ports of a protocol have one number.
func duplicatePorts(s, _ *corev1.Service) field.ErrorList {
	var faults field.ErrorList
	seen := map[portKey]bool{}
	for i, p := range s.Spec.Ports {
		key := portKey{Protocol: p.Protocol, Port: p.Port}
		if seen[key] {
			faults = append(faults, field.Duplicate(portsPath.Index(i), key))
		}
		seen[key] = true
	}
	return faults
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
