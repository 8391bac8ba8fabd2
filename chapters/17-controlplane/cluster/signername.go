package cluster

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateSignerName: a signer is named by a domain and a path: example.com/signer. Upstream: ValidateSignerName.
func validateSignerName(at *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(at, "")}
	}
	domain, path, _ := strings.Cut(name, "/")
	if strings.Count(name, "/") != 1 {
		return field.ErrorList{field.Invalid(at, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")}
	}
	var found field.ErrorList
	if len(domain) > validation.DNS1123SubdomainMaxLength {
		found = append(found, field.TooLong(at, "", validation.DNS1123SubdomainMaxLength))
	}
	found = append(found, validateSegment(at, domain, validation.IsDNS1123Label)...)
	if !strings.Contains(domain, ".") {
		found = append(found, field.Invalid(at, domain, "should be a domain with at least two segments separated by dots"))
	}
	found = append(found, validateSegment(at, path, validation.IsDNS1123Subdomain)...)
	const longest = 2*validation.DNS1123SubdomainMaxLength + validation.DNS1123LabelMaxLength + 2
	if len(name) > longest {
		found = append(found, field.TooLong(at, "", longest))
	}
	return found
}

// validateSegment shows what is wrong with the first part between dots that is not well formed.
func validateSegment(at *field.Path, segment string, form func(string) []string) field.ErrorList {
	var found field.ErrorList
	for _, label := range strings.Split(segment, ".") {
		for _, message := range form(label) {
			found = append(found, field.Invalid(at, segment, fmt.Sprintf("validating label %q: %s", label, message)))
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}
