package core

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// What a resolver can take.
const (
	maxNameservers  = 3
	maxSearches     = 32
	maxSearchLength = 2048
)

// dnsConfig is how names are resolved, all of it where the policy is None. Upstream: validatePodDNSConfig.
func (s *specCheck) dnsConfig() field.ErrorList {
	c, path := s.spec.DNSConfig, s.path.Child("dnsConfig")
	alone := s.spec.DNSPolicy == corev1.DNSNone
	switch {
	case c == nil && alone:
		return field.ErrorList{field.Required(path, "must provide `dnsConfig` when `dnsPolicy` is None")}
	case c == nil:
		return nil
	case alone && len(c.Nameservers) == 0:
		return field.ErrorList{field.Required(path.Child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None")}
	}
	var found field.ErrorList
	if len(c.Nameservers) > maxNameservers {
		found = append(found, field.Invalid(path.Child("nameservers"), c.Nameservers,
			fmt.Sprintf("must not have more than %v nameservers", maxNameservers)))
	}
	for i, address := range c.Nameservers {
		found = append(found, isIP(path.Child("nameservers").Index(i), address)...)
	}
	found = append(found, searches(c.Searches, path.Child("searches"))...)
	for i, o := range c.Options {
		if o.Name == "" {
			found = append(found, field.Required(path.Child("options").Index(i), "must not be empty"))
		}
	}
	return found
}

func searches(list []string, path *field.Path) field.ErrorList {
	var found field.ErrorList
	if len(list) > maxSearches {
		found = append(found, field.Invalid(path, list, fmt.Sprintf("must not have more than %v search paths", maxSearches)))
	}
	if len(strings.Join(list, " ")) > maxSearchLength {
		found = append(found, field.Invalid(path, list, fmt.Sprintf("must not have more than %v characters (including spaces) in the search list", maxSearchLength)))
	}
	for i, domain := range list {
		if domain != "." {
			domain = strings.TrimSuffix(domain, ".")
			found = append(found, wrong(path.Index(i), domain, validation.IsDNS1123SubdomainWithUnderscore(domain))...)
		}
	}
	return found
}
