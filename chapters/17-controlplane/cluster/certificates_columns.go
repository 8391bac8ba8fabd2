package cluster

import (
	"cmp"
	"time"

	certificatesv1 "k8s.io/api/certificates/v1"
	certificatesv1beta1 "k8s.io/api/certificates/v1beta1" // upstream describes with the words of this version
	"k8s.io/apimachinery/pkg/util/duration"

	"kubepath/chapters/17-controlplane/resource"
)

// csrColumns is what kubectl get csr shows. Upstream: printCertificateSigningRequest.
var csrColumns = resource.Table[certificatesv1.CertificateSigningRequest, *certificatesv1.CertificateSigningRequest]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.AgeColumn(),
		column("SignerName", certificatesv1beta1.CertificateSigningRequestSpec{}, "signerName"),
		column("Requestor", certificatesv1beta1.CertificateSigningRequestSpec{}, "request"),
		column("RequestedDuration", certificatesv1beta1.CertificateSigningRequestSpec{}, "expirationSeconds"),
		column("Condition", certificatesv1beta1.CertificateSigningRequestStatus{}, "conditions"),
	},
	Cells: func(r *certificatesv1.CertificateSigningRequest) []any {
		lasts := none
		if seconds := r.Spec.ExpirationSeconds; seconds != nil {
			lasts = duration.HumanDuration(time.Duration(*seconds) * time.Second)
		}
		return []any{r.Name, resource.AgeOf(r), cmp.Or(r.Spec.SignerName, none), r.Spec.Username, lasts, csrState(r)}
	},
}

func csrState(r *certificatesv1.CertificateSigningRequest) string {
	has := func(kind certificatesv1.RequestConditionType) bool { return len(conditionsOf(r, kind)) > 0 }
	state := "Pending"
	switch {
	case has(certificatesv1.CertificateDenied):
		state = "Denied"
	case has(certificatesv1.CertificateApproved):
		state = "Approved"
	}
	if has(certificatesv1.CertificateFailed) {
		state += ",Failed"
	}
	if len(r.Status.Certificate) > 0 {
		state += ",Issued"
	}
	return state
}
