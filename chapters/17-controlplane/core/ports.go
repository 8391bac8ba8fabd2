package core

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func ports(list []corev1.ContainerPort, path *field.Path) field.ErrorList {
	var found field.ErrorList
	names := seen{}
	for i := range list {
		p, at := &list[i], path.Index(i)
		if p.Name != "" {
			if bad := validation.IsValidPortName(p.Name); len(bad) > 0 {
				found = append(found, wrong(at.Child("name"), p.Name, bad)...)
			} else if names.again(p.Name) {
				found = append(found, field.Duplicate(at.Child("name"), p.Name))
			}
		}
		if p.ContainerPort == 0 {
			found = append(found, field.Required(at.Child("containerPort"), ""))
		} else {
			found = append(found, isPort(at.Child("containerPort"), p.ContainerPort)...)
		}
		if p.HostPort != 0 {
			found = append(found, isPort(at.Child("hostPort"), p.HostPort)...)
		}
		found = append(found, oneOf(at.Child("protocol"), p.Protocol, corev1.ProtocolSCTP, corev1.ProtocolTCP, corev1.ProtocolUDP)...)
	}
	return found
}

func isPort(path *field.Path, port int32) field.ErrorList {
	return wrong(path, port, validation.IsValidPortNum(int(port)))
}

// portOrName is a reference to a port.
func portOrName(path *field.Path, port intstr.IntOrString) field.ErrorList {
	if port.Type == intstr.Int {
		return wrong(path, port.IntValue(), validation.IsValidPortNum(port.IntValue()))
	}
	return wrong(path, port.StrVal, validation.IsValidPortName(port.StrVal))
}

// uniqueHostPorts: the node has each port once.
func uniqueHostPorts(containers []corev1.Container, path *field.Path) field.ErrorList {
	var found field.ErrorList
	taken := seen{}
	for i := range containers {
		for j, p := range containers[i].Ports {
			if p.HostPort == 0 {
				continue
			}
			if key := fmt.Sprintf("%s/%s/%d", p.Protocol, p.HostIP, p.HostPort); taken.again(key) {
				found = append(found, field.Duplicate(path.Index(i).Child("ports").Index(j).Child("hostPort"), key))
			}
		}
	}
	return found
}

// hostPorts: in the node's network a container's port is the node's. A template may leave the node's out.
func (s *specCheck) hostPorts() field.ErrorList {
	if !s.spec.HostNetwork {
		return nil
	}
	var found field.ErrorList
	for i := range s.spec.Containers {
		for j, p := range s.spec.Containers[i].Ports {
			if (s.options.Pod || p.HostPort != 0) && p.HostPort != p.ContainerPort {
				path := s.path.Child("containers").Index(i).Child("ports").Index(j).Child("hostPort")
				found = append(found, field.Invalid(path, p.HostPort, "must match `containerPort` when `hostNetwork` is true"))
			}
		}
	}
	return found
}
