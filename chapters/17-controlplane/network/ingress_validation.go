package network

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// validateIngress checks a spec; old is nil for a create. Errors of kinds that the stored ingress already has are
// accepted: older rules accepted them. Upstream: ValidateIngressSpec.
func validateIngress(i, old *networkingv1.Ingress) field.ErrorList {
	var errs field.ErrorList
	if len(i.Spec.Rules) == 0 && i.Spec.DefaultBackend == nil {
		errs = append(errs, field.Invalid(specPath, i.Spec.Rules, "either `defaultBackend` or `rules` must be specified"))
	}
	if i.Spec.DefaultBackend != nil {
		errs = append(errs, validateBackend(specPath.Child("defaultBackend"), i.Spec.DefaultBackend)...)
	}
	tolerant := old != nil && brokenWildcard(old)
	for n := range i.Spec.Rules {
		errs = append(errs, validateRule(specPath.Child("rules").Index(n), &i.Spec.Rules[n], tolerant)...)
	}
	errs = append(errs, validateTLS(i, old)...)
	if class := i.Spec.IngressClassName; class != nil {
		errs = append(errs, validate.ObjectName(specPath.Child("ingressClassName"), *class)...)
	}
	return errs
}

// validateHost: a host is a DNS name; its first label may be "*".
func validateHost(path *field.Path, host string) field.ErrorList {
	check := validation.IsDNS1123Subdomain
	if strings.Contains(host, "*") {
		check = validation.IsWildcardDNS1123Subdomain
	}
	return validate.Invalid(path, host, check(host))
}

func validateTLS(i, old *networkingv1.Ingress) field.ErrorList {
	var errs field.ErrorList
	tolerant := false
	if old != nil {
		for _, tls := range old.Spec.TLS {
			tolerant = tolerant || len(secretNameProblems(tls.SecretName)) > 0
		}
	}
	for n, tls := range i.Spec.TLS {
		path := specPath.Child("tls").Index(n)
		for h, host := range tls.Hosts {
			errs = append(errs, validateHost(path.Child("hosts").Index(h), host)...)
		}
		if tolerant {
			continue
		}
		errs = append(errs, validate.Invalid(path.Child("secretName"), tls.SecretName, secretNameProblems(tls.SecretName))...)
	}
	return errs
}

func secretNameProblems(name string) []string {
	if name == "" {
		return nil
	}
	return apivalidation.NameIsDNSSubdomain(name, false)
}

// validateRule checks a rule. tolerant accepts any paths of a wildcard host: older versions did not validate them.
func validateRule(path *field.Path, r *networkingv1.IngressRule, tolerant bool) field.ErrorList {
	var errs field.ErrorList
	if r.Host != "" {
		if parseIP(r.Host) != nil {
			errs = append(errs, field.Invalid(path.Child("host"), r.Host, "must be a DNS name, not an IP address"))
		}
		errs = append(errs, validateHost(path.Child("host"), r.Host)...)
	}
	if tolerant && strings.Contains(r.Host, "*") {
		return errs
	}
	return append(errs, validatePaths(path.Child("http", "paths"), r.HTTP)...)
}

func brokenWildcard(i *networkingv1.Ingress) bool {
	for _, r := range i.Spec.Rules {
		if strings.Contains(r.Host, "*") && len(validatePaths(nil, r.HTTP)) > 0 {
			return true
		}
	}
	return false
}

func validatePaths(path *field.Path, http *networkingv1.HTTPIngressRuleValue) field.ErrorList {
	switch {
	case http == nil:
		return nil
	case len(http.Paths) == 0:
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	for i := range http.Paths {
		errs = append(errs, validatePath(path.Index(i), &http.Paths[i])...)
	}
	return errs
}

func validatePath(path *field.Path, p *networkingv1.HTTPIngressPath) field.ErrorList {
	if p.PathType == nil {
		return field.ErrorList{field.Required(path.Child("pathType"), "pathType must be specified")}
	}
	var errs field.ErrorList
	wrong := func(detail string) { errs = append(errs, field.Invalid(path.Child("path"), p.Path, detail)) }
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
		errs = append(errs, validate.Supported(path.Child("pathType"), *p.PathType,
			networkingv1.PathTypeExact, networkingv1.PathTypeImplementationSpecific, networkingv1.PathTypePrefix)...)
	}
	return append(errs, validateBackend(path.Child("backend"), &p.Backend)...)
}

// validateBackend: a backend is a service with a port, or any other object.
func validateBackend(path *field.Path, b *networkingv1.IngressBackend) field.ErrorList {
	switch {
	case b.Resource != nil && b.Service != nil:
		return field.ErrorList{field.Invalid(path, "", "cannot set both resource and service backends")}
	case b.Resource != nil:
		return validateReference(path.Child("resource"), *b.Resource)
	case b.Service == nil:
		return field.ErrorList{field.Invalid(path, "", "resource or service backend is required")}
	}
	var errs field.ErrorList
	s, in := b.Service, path.Child("service")
	if s.Name == "" {
		errs = append(errs, field.Required(in.Child("name"), ""))
	} else {
		errs = append(errs, validate.Invalid(in.Child("name"), s.Name, apivalidation.NameIsDNSLabel(s.Name, false))...)
	}
	switch {
	case s.Port.Name != "" && s.Port.Number != 0:
		errs = append(errs, field.Invalid(path, "", "cannot set both port name & port number"))
	case s.Port.Name != "":
		errs = append(errs, validate.Invalid(in.Child("port", "name"), s.Port.Name, validation.IsValidPortName(s.Port.Name))...)
	case s.Port.Number != 0:
		errs = append(errs, validate.PortNumber(in.Child("port", "number"), s.Port.Number)...)
	default:
		errs = append(errs, field.Required(path, "port name or number is required"))
	}
	return errs
}

// validateReference checks a reference to an object of any kind.
func validateReference(path *field.Path, r corev1.TypedLocalObjectReference) field.ErrorList {
	var errs field.ErrorList
	if r.APIGroup != nil {
		errs = append(errs, validate.DNS1123Subdomain(path.Child("apiGroup"), *r.APIGroup)...)
	}
	errs = append(errs, validate.PathSegment(path.Child("kind"), r.Kind, "")...)
	return append(errs, validate.PathSegment(path.Child("name"), r.Name, "")...)
}

// hostsText lists the hosts of the first three rules, or "*" if none has a host.
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
