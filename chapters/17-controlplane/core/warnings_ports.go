package core

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// declared is a port, and where it stands.
type declared struct {
	port corev1.ContainerPort
	path *field.Path
}

// ports finds ports that are declared more than once. All containers share the pod's network.
func (w *warning) ports() {
	known := map[string][]declared{}
	w.eachPort(func(p declared) {
		if p.port.HostIP != "" && p.port.HostPort == 0 {
			w.add("%s: hostIP set without hostPort: %+v", p.path, p.port)
		}
		key := fmt.Sprintf("%d/%s", p.port.ContainerPort, p.port.Protocol)
		for _, other := range known[key] {
			if how := overlap(p.port, other.port); how != "" {
				w.add("%s: %s port definition with %s", p.path, how, other.path)
			}
		}
		known[key] = append(known[key], p)
	})
}

// overlap says what two declarations of one container port are; "" for two that differ on the node.
func overlap(a, b corev1.ContainerPort) string {
	switch {
	case a.HostIP == b.HostIP && a.HostPort == b.HostPort:
		return "duplicate"
	case a.HostPort == 0 || b.HostPort == 0:
		return "overlapping"
	case a.HostPort == b.HostPort && (a.HostIP == "") != (b.HostIP == ""):
		return "dangerously ambiguous"
	}
	return ""
}

// portNames finds names that stand for two ports.
func (w *warning) portNames() {
	known := map[string]*field.Path{}
	w.eachPort(func(p declared) {
		if p.port.Name == "" {
			return
		}
		if other := known[p.port.Name]; other != nil {
			w.add("%s: duplicate port name %q with %s, services and probes that select ports by name will use %s", p.path, p.port.Name, other, other)
			return
		}
		known[p.port.Name] = p.path
	})
}

func (w *warning) eachPort(visit func(declared)) {
	eachContainer(w.spec, w.path, func(c *corev1.Container, path *field.Path) {
		for i, port := range c.Ports {
			visit(declared{port, path.Child("ports").Index(i)})
		}
	})
}
