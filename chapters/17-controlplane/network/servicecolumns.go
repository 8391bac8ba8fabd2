package network

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"kubepath/chapters/17-controlplane/resource"
)

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

// outside is where a service is reached from outside of the cluster.
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

// entryPoint is the address of a balancer or, if it has none, its name.
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
