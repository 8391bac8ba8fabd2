package network

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/validate/content"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateIngress checks a spec; what old (nil: nothing) has of the faults that older rules let through stays allowed.
// Upstream: ValidateIngressSpec.
func validateIngress(i, old *networkingv1.Ingress) field.ErrorList {
	var faults field.ErrorList
	if len(i.Spec.Rules) == 0 && i.Spec.DefaultBackend == nil {
		faults = append(faults, field.Invalid(specPath, i.Spec.Rules, "either `defaultBackend` or `rules` must be specified"))
	}
	if i.Spec.DefaultBackend != nil {
		faults = append(faults, backendFaults(i.Spec.DefaultBackend, specPath.Child("defaultBackend"))...)
	}
	tolerant := old != nil && brokenWildcard(old)
	for n := range i.Spec.Rules {
		faults = append(faults, ruleFaults(&i.Spec.Rules[n], specPath.Child("rules").Index(n), tolerant)...)
	}
	faults = append(faults, tlsFaults(i, old)...)
	if class := i.Spec.IngressClassName; class != nil {
		for _, problem := range apivalidation.NameIsDNSSubdomain(*class, false) {
			faults = append(faults, field.Invalid(specPath.Child("ingressClassName"), *class, problem))
		}
	}
	return faults
}

// hostFaults: a host is a DNS name; its first part may be a wildcard.
func hostFaults(host string, path *field.Path) field.ErrorList {
	check := validation.IsDNS1123Subdomain
	if strings.Contains(host, "*") {
		check = validation.IsWildcardDNS1123Subdomain
	}
	var faults field.ErrorList
	for _, problem := range check(host) {
		faults = append(faults, field.Invalid(path, host, problem))
	}
	return faults
}

func tlsFaults(i, old *networkingv1.Ingress) field.ErrorList {
	var faults field.ErrorList
	tolerant := false
	if old != nil {
		for _, tls := range old.Spec.TLS {
			tolerant = tolerant || len(secretNameProblems(tls.SecretName)) > 0
		}
	}
	for n, tls := range i.Spec.TLS {
		path := specPath.Child("tls").Index(n)
		for h, host := range tls.Hosts {
			faults = append(faults, hostFaults(host, path.Child("hosts").Index(h))...)
		}
		if tolerant {
			continue
		}
		for _, problem := range secretNameProblems(tls.SecretName) {
			faults = append(faults, field.Invalid(path.Child("secretName"), tls.SecretName, problem))
		}
	}
	return faults
}

func secretNameProblems(name string) []string {
	if name == "" {
		return nil
	}
	return apivalidation.NameIsDNSSubdomain(name, false)
}

// ruleFaults checks a rule. Rules of a wildcard host were not looked at once: tolerant lets them through.
func ruleFaults(r *networkingv1.IngressRule, path *field.Path, tolerant bool) field.ErrorList {
	var faults field.ErrorList
	if r.Host != "" {
		if parseIP(r.Host) != nil {
			faults = append(faults, field.Invalid(path.Child("host"), r.Host, "must be a DNS name, not an IP address"))
		}
		faults = append(faults, hostFaults(r.Host, path.Child("host"))...)
	}
	if tolerant && strings.Contains(r.Host, "*") {
		return faults
	}
	return append(faults, pathsFaults(r.HTTP, path.Child("http", "paths"))...)
}

func brokenWildcard(i *networkingv1.Ingress) bool {
	for _, r := range i.Spec.Rules {
		if strings.Contains(r.Host, "*") && len(pathsFaults(r.HTTP, nil)) > 0 {
			return true
		}
	}
	return false
}

func pathsFaults(http *networkingv1.HTTPIngressRuleValue, path *field.Path) field.ErrorList {
	switch {
	case http == nil:
		return nil
	case len(http.Paths) == 0:
		return field.ErrorList{field.Required(path, "")}
	}
	var faults field.ErrorList
	for i := range http.Paths {
		faults = append(faults, pathFaults(&http.Paths[i], path.Index(i))...)
	}
	return faults
}

func pathFaults(p *networkingv1.HTTPIngressPath, path *field.Path) field.ErrorList {
	if p.PathType == nil {
		return field.ErrorList{field.Required(path.Child("pathType"), "pathType must be specified")}
	}
	var faults field.ErrorList
	wrong := func(detail string) { faults = append(faults, field.Invalid(path.Child("path"), p.Path, detail)) }
	switch *p.PathType {
	case networkingv1.PathTypeExact, networkingv1.PathTypePrefix:
		if !strings.HasPrefix(p.Path, "/") {
			wrong("must be an absolute path")
		}
		for _, sequence := range []string{"//", "/./", "/../", "%2f", "%2F"} {
			if strings.Contains(p.Path, sequence) {
				wrong(fmt.Sprintf("must not contain '%s'", sequence))
			}
		}
		for _, suffix := range []string{"/..", "/."} {
			if strings.HasSuffix(p.Path, suffix) {
				wrong(fmt.Sprintf("cannot end with '%s'", suffix))
			}
		}
	case networkingv1.PathTypeImplementationSpecific:
		if p.Path != "" && !strings.HasPrefix(p.Path, "/") {
			wrong("must be an absolute path")
		}
	default:
		faults = append(faults, field.NotSupported(path.Child("pathType"), *p.PathType, []networkingv1.PathType{
			networkingv1.PathTypeExact, networkingv1.PathTypeImplementationSpecific, networkingv1.PathTypePrefix}))
	}
	return append(faults, backendFaults(&p.Backend, path.Child("backend"))...)
}

// backendFaults: a backend is a service with a port, or any other object.
func backendFaults(b *networkingv1.IngressBackend, path *field.Path) field.ErrorList {
	switch {
	case b.Resource != nil && b.Service != nil:
		return field.ErrorList{field.Invalid(path, "", "cannot set both resource and service backends")}
	case b.Resource != nil:
		return referenceFaults(*b.Resource, path.Child("resource"))
	case b.Service == nil:
		return field.ErrorList{field.Invalid(path, "", "resource or service backend is required")}
	}
	var faults field.ErrorList
	s, in := b.Service, path.Child("service")
	if s.Name == "" {
		faults = append(faults, field.Required(in.Child("name"), ""))
	} else {
		for _, problem := range apivalidation.NameIsDNSLabel(s.Name, false) {
			faults = append(faults, field.Invalid(in.Child("name"), s.Name, problem))
		}
	}
	switch {
	case s.Port.Name != "" && s.Port.Number != 0:
		faults = append(faults, field.Invalid(path, "", "cannot set both port name & port number"))
	case s.Port.Name != "":
		for _, problem := range validation.IsValidPortName(s.Port.Name) {
			faults = append(faults, field.Invalid(in.Child("port", "name"), s.Port.Name, problem))
		}
	case s.Port.Number != 0:
		faults = append(faults, numberFaults(s.Port.Number, in.Child("port", "number"))...)
	default:
		faults = append(faults, field.Required(path, "port name or number is required"))
	}
	return faults
}

// referenceFaults checks what names an object of any kind.
func referenceFaults(r corev1.TypedLocalObjectReference, path *field.Path) field.ErrorList {
	var faults field.ErrorList
	if r.APIGroup != nil {
		for _, problem := range validation.IsDNS1123Subdomain(*r.APIGroup) {
			faults = append(faults, field.Invalid(path.Child("apiGroup"), *r.APIGroup, problem))
		}
	}
	faults = append(faults, segmentFaults(r.Kind, path.Child("kind"))...)
	return append(faults, segmentFaults(r.Name, path.Child("name"))...)
}

// segmentFaults: what becomes a part of a path is there, and holds no slash.
func segmentFaults(text string, path *field.Path) field.ErrorList {
	if text == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	var faults field.ErrorList
	for _, problem := range content.IsPathSegmentName(text) {
		faults = append(faults, field.Invalid(path, text, problem))
	}
	return faults
}

// hostsText shows the hosts of the first three rules; rules without one are for any.
func hostsText(rules []networkingv1.IngressRule) string {
	var hosts []string
	more := false
	for _, r := range rules {
		more = more || len(hosts) == 3
		if !more && r.Host != "" {
			hosts = append(hosts, r.Host)
		}
	}
	switch {
	case len(hosts) == 0:
		return "*"
	case more:
		return fmt.Sprintf("%s + %d more...", strings.Join(hosts, ","), len(rules)-3)
	}
	return strings.Join(hosts, ",")
}
