package versions

import (
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// newIngress: a backend once was a name and a port, and is now a service or something else.
func newIngress(old *extensionsv1beta1.Ingress) (*networkingv1.Ingress, error) {
	i, err := same[extensionsv1beta1.Ingress, networkingv1.Ingress](old) // all but the backends
	if err != nil {
		return nil, err
	}
	if b := old.Spec.Backend; b != nil {
		backend := newBackend(b)
		i.Spec.DefaultBackend = &backend
	}
	for r, rule := range old.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for p := range rule.HTTP.Paths {
			i.Spec.Rules[r].HTTP.Paths[p].Backend = newBackend(&rule.HTTP.Paths[p].Backend)
		}
	}
	return i, nil
}

func oldIngress(i *networkingv1.Ingress) (*extensionsv1beta1.Ingress, error) {
	old, err := same[networkingv1.Ingress, extensionsv1beta1.Ingress](i)
	if err != nil {
		return nil, err
	}
	if b := i.Spec.DefaultBackend; b != nil {
		backend := oldBackend(b)
		old.Spec.Backend = &backend
	}
	for r, rule := range i.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for p := range rule.HTTP.Paths {
			old.Spec.Rules[r].HTTP.Paths[p].Backend = oldBackend(&rule.HTTP.Paths[p].Backend)
		}
	}
	return old, nil
}

func newBackend(old *extensionsv1beta1.IngressBackend) networkingv1.IngressBackend {
	b := networkingv1.IngressBackend{Resource: old.Resource}
	if old.ServiceName != "" || old.ServicePort != (intstr.IntOrString{}) {
		b.Service = &networkingv1.IngressServiceBackend{Name: old.ServiceName, Port: networkingv1.ServiceBackendPort{
			Name: old.ServicePort.StrVal, Number: old.ServicePort.IntVal,
		}}
	}
	return b
}

func oldBackend(b *networkingv1.IngressBackend) extensionsv1beta1.IngressBackend {
	old := extensionsv1beta1.IngressBackend{Resource: b.Resource}
	if b.Service == nil {
		return old
	}
	old.ServiceName = b.Service.Name
	old.ServicePort = intstr.FromInt32(b.Service.Port.Number)
	if name := b.Service.Port.Name; name != "" {
		old.ServicePort = intstr.FromString(name)
	}
	return old
}
