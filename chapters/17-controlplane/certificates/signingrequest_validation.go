package certificates

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// allowed is what an update of a signing request may set; it depends on the subresource.
type allowed int

const (
	nothing     allowed = iota
	certificate         // subresource status
	decision            // subresource approval
)

// usages are all key usages.
var usages = []certificatesv1.KeyUsage{
	certificatesv1.UsageAny, certificatesv1.UsageCertSign, certificatesv1.UsageClientAuth, certificatesv1.UsageCodeSigning,
	certificatesv1.UsageContentCommitment, certificatesv1.UsageCRLSign, certificatesv1.UsageDataEncipherment,
	certificatesv1.UsageDecipherOnly, certificatesv1.UsageDigitalSignature, certificatesv1.UsageEmailProtection,
	certificatesv1.UsageEncipherOnly, certificatesv1.UsageIPsecEndSystem, certificatesv1.UsageIPsecTunnel,
	certificatesv1.UsageIPsecUser, certificatesv1.UsageKeyAgreement, certificatesv1.UsageKeyEncipherment,
	certificatesv1.UsageMicrosoftSGC, certificatesv1.UsageNetscapeSGC, certificatesv1.UsageOCSPSigning,
	certificatesv1.UsageSMIME, certificatesv1.UsageServerAuth, certificatesv1.UsageSigning, certificatesv1.UsageTimestamping,
}

// validateSigningRequest is upstream's validateCertificateSigningRequest; old is nil on a create.
func validateSigningRequest(r, old *certificatesv1.CertificateSigningRequest) field.ErrorList {
	spec := field.NewPath("spec")
	var errs field.ErrorList
	if err := validateRequest(r.Spec.Request); err != nil {
		errs = append(errs, field.Invalid(spec.Child("request"), r.Spec.Request, err.Error()))
	}
	if len(r.Spec.Usages) == 0 {
		errs = append(errs, field.Required(spec.Child("usages"), ""))
	}
	known := slices.Sorted(slices.Values(usages))
	for i, usage := range r.Spec.Usages {
		errs = append(errs, validate.Supported(spec.Child("usages").Index(i), usage, known...)...)
	}
	for i, usage := range r.Spec.Usages {
		if slices.Contains(r.Spec.Usages[:i], usage) {
			errs = append(errs, field.Duplicate(spec.Child("usages").Index(i), usage))
		}
	}
	if r.Spec.SignerName == "kubernetes.io/legacy-unknown" {
		errs = append(errs, field.Invalid(spec.Child("signerName"), r.Spec.SignerName,
			"the legacy signerName is not allowed via this API version"))
	} else {
		errs = append(errs, validateSignerName(spec.Child("signerName"), r.Spec.SignerName)...)
	}
	if seconds := r.Spec.ExpirationSeconds; seconds != nil && *seconds < 600 {
		errs = append(errs, field.Invalid(spec.Child("expirationSeconds"), *seconds,
			"may not specify a duration less than 600 seconds (10 minutes)"))
	}
	errs = append(errs, validateSigningConditions(field.NewPath("status", "conditions"), r)...)
	if old == nil || !sameCertificate(r, old) {
		if err := validateCertificate(r.Status.Certificate); err != nil {
			errs = append(errs, field.Invalid(field.NewPath("status", "certificate"), "<certificate data>", err.Error()))
		}
	}
	return errs
}

// validateRequest: the PKCS#10 request is signed with its own key.
func validateRequest(text []byte) error {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE REQUEST" {
		return errors.New("PEM block type must be CERTIFICATE REQUEST")
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return err
	}
	return request.CheckSignature()
}

// validateCertificate: the text is empty, or holds PEM blocks with certificates and nothing else.
func validateCertificate(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	count := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return fmt.Errorf("only CERTIFICATE PEM blocks are allowed, found %q", block.Type)
		}
		if len(block.Headers) != 0 {
			return errors.New("no PEM block headers are permitted")
		}
		certificates, err := x509.ParseCertificates(block.Bytes)
		if err != nil {
			return err
		}
		if len(certificates) == 0 {
			return errors.New("found CERTIFICATE PEM block containing 0 certificates")
		}
		count++
	}
	if count == 0 {
		return errors.New("must contain at least one CERTIFICATE PEM block")
	}
	return nil
}

func validateSigningConditions(path *field.Path, r *certificatesv1.CertificateSigningRequest) field.ErrorList {
	var errs field.ErrorList
	var seen []certificatesv1.RequestConditionType
	for i, c := range r.Status.Conditions {
		errs = append(errs, validate.Required(path.Index(i).Child("type"), string(c.Type))...)
		states := []corev1.ConditionStatus{corev1.ConditionFalse, corev1.ConditionTrue, corev1.ConditionUnknown}
		if slices.Contains(decisions, c.Type) || c.Type == certificatesv1.CertificateFailed {
			states = []corev1.ConditionStatus{corev1.ConditionTrue}
		}
		errs = append(errs, validate.RequiredAndSupported(path.Index(i).Child("status"), c.Status, states...)...)
		both := slices.Contains(decisions, c.Type) &&
			slices.ContainsFunc(seen, func(s certificatesv1.RequestConditionType) bool { return s != c.Type && slices.Contains(decisions, s) })
		if both {
			errs = append(errs, field.Invalid(path, c.Type, "Approved and Denied conditions are mutually exclusive"))
		}
		if slices.Contains(seen, c.Type) {
			errs = append(errs, field.Duplicate(path.Index(i).Child("type"), c.Type))
		}
		seen = append(seen, c.Type)
	}
	return errs
}

// validateSigningUpdate: a decision and an issued certificate are immutable. Upstream:
// validateCertificateSigningRequestUpdate.
func validateSigningUpdate(obj, old runtime.Object, may allowed) field.ErrorList {
	r, before := obj.(*certificatesv1.CertificateSigningRequest), old.(*certificatesv1.CertificateSigningRequest)
	errs := validateSigningRequest(r, before)
	path := field.NewPath("status", "conditions")
	for _, kind := range append(slices.Clone(decisions), certificatesv1.CertificateFailed) {
		if len(conditionsOf(r, kind)) < len(conditionsOf(before, kind)) {
			errs = append(errs, field.Forbidden(path, fmt.Sprintf("updates may not remove a condition of type %q", kind)))
		}
	}
	for _, kind := range decisions {
		now, was := conditionsOf(r, kind), conditionsOf(before, kind)
		switch {
		case may == decision:
		case len(now) > len(was):
			errs = append(errs, field.Forbidden(path, fmt.Sprintf("updates may not add a condition of type %q", kind)))
		case len(now) == len(was) && !equality.Semantic.DeepEqual(now, was):
			errs = append(errs, field.Forbidden(path, fmt.Sprintf("updates may not modify a condition of type %q\n%v", kind,
				resource.Diff(was, now))))
		}
	}
	switch path := field.NewPath("status", "certificate"); {
	case sameCertificate(r, before):
	case may != certificate:
		errs = append(errs, field.Forbidden(path, "updates may not set certificate content"))
	case len(before.Status.Certificate) > 0:
		errs = append(errs, field.Forbidden(path, "updates may not modify existing certificate content"))
	}
	return errs
}

// validateSignerName: the name is a domain and a path: example.com/signer. Upstream: ValidateSignerName.
func validateSignerName(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	domain, signer, _ := strings.Cut(name, "/")
	if strings.Count(name, "/") != 1 {
		return field.ErrorList{field.Invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")}
	}
	var errs field.ErrorList
	if len(domain) > validation.DNS1123SubdomainMaxLength {
		errs = append(errs, field.TooLong(path, "", validation.DNS1123SubdomainMaxLength))
	}
	errs = append(errs, validateSegment(path, domain, validation.IsDNS1123Label)...)
	if !strings.Contains(domain, ".") {
		errs = append(errs, field.Invalid(path, domain, "should be a domain with at least two segments separated by dots"))
	}
	errs = append(errs, validateSegment(path, signer, validation.IsDNS1123Subdomain)...)
	const longest = 2*validation.DNS1123SubdomainMaxLength + validation.DNS1123LabelMaxLength + 2
	if len(name) > longest {
		errs = append(errs, field.TooLong(path, "", longest))
	}
	return errs
}

// validateSegment reports the errors of the first invalid label between dots.
func validateSegment(path *field.Path, segment string, form func(string) []string) field.ErrorList {
	var errs field.ErrorList
	for _, label := range strings.Split(segment, ".") {
		for _, message := range form(label) {
			errs = append(errs, field.Invalid(path, segment, fmt.Sprintf("validating label %q: %s", label, message)))
		}
		if len(errs) > 0 {
			return errs
		}
	}
	return nil
}
