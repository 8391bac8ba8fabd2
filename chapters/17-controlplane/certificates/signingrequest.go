package certificates

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	certificatesv1 "k8s.io/api/certificates/v1"
	certificatesv1beta1 "k8s.io/api/certificates/v1beta1" // for column descriptions, as upstream
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// csrStrategy is the strategy of the main resource; the spec is immutable. The decision is written through the
// subresource approval, the certificate through the subresource status. Upstream: pkg/registry/certificates.
type csrStrategy struct{ registry.ClusterScoped }

// PrepareForCreate clears the user of the request: the server sets it (chapter 14), never the client.
func (csrStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	r := obj.(*certificatesv1.CertificateSigningRequest)
	r.Spec.Username, r.Spec.UID, r.Spec.Groups, r.Spec.Extra = "", "", nil, nil
	r.Status = certificatesv1.CertificateSigningRequestStatus{}
}

func (csrStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	r, before := obj.(*certificatesv1.CertificateSigningRequest), old.(*certificatesv1.CertificateSigningRequest)
	r.Spec, r.Status = before.Spec, before.Status
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (csrStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"spec"}, {"status"}} }

func (csrStrategy) ValidateName(string, bool) []string { return nil }

func (csrStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validateSigningRequest(obj.(*certificatesv1.CertificateSigningRequest), nil)
}

func (csrStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return validateSigningUpdate(obj, old, nothing)
}

// csrStatus is the strategy of the status: it sets the certificate and conditions, except Approved and Denied.
type csrStatus struct{ csrStrategy }

func (csrStatus) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	r, before := obj.(*certificatesv1.CertificateSigningRequest), old.(*certificatesv1.CertificateSigningRequest)
	r.Spec = before.Spec
	for _, decision := range decisions {
		keepConditions(r, before, decision)
	}
	stampConditions(r, before)
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (csrStatus) GetResetFields() rest.ResetFields {
	return rest.ResetFields{{"spec"}, {"status", "conditions"}}
}

func (csrStatus) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return validateSigningUpdate(obj, old, certificate)
}

// csrApproval is the strategy of the approval: it sets conditions and nothing else.
type csrApproval struct{ csrStrategy }

func (csrApproval) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	r, before := obj.(*certificatesv1.CertificateSigningRequest), old.(*certificatesv1.CertificateSigningRequest)
	stampConditions(r, before)
	conditions := r.Status.Conditions
	r.Spec, r.Status = before.Spec, before.Status
	r.Status.Conditions = conditions
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (csrApproval) GetResetFields() rest.ResetFields {
	return rest.ResetFields{{"spec"}, {"status", "certificate"}}
}

func (csrApproval) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return validateSigningUpdate(obj, old, decision)
}

// decisions are the conditions that only the subresource approval may set.
var decisions = []certificatesv1.RequestConditionType{certificatesv1.CertificateApproved, certificatesv1.CertificateDenied}

func conditionsOf(r *certificatesv1.CertificateSigningRequest,
	kind certificatesv1.RequestConditionType) []certificatesv1.CertificateSigningRequestCondition {
	var found []certificatesv1.CertificateSigningRequestCondition
	for _, c := range r.Status.Conditions {
		if c.Type == kind {
			found = append(found, c)
		}
	}
	return found
}

// keepConditions replaces the conditions of a type with the stored ones, if there are equally many.
func keepConditions(r, before *certificatesv1.CertificateSigningRequest, kind certificatesv1.RequestConditionType) {
	old := conditionsOf(before, kind)
	if len(conditionsOf(r, kind)) != len(old) {
		return // validation refuses this
	}
	for i, c := range r.Status.Conditions {
		if c.Type == kind {
			r.Status.Conditions[i], old = old[0], old[1:]
		}
	}
}

// stampConditions fills in lastUpdateTime and lastTransitionTime of conditions.
func stampConditions(r, before *certificatesv1.CertificateSigningRequest) {
	now := metav1.Now()
	for i := range r.Status.Conditions {
		c := &r.Status.Conditions[i]
		if c.LastUpdateTime.IsZero() {
			c.LastUpdateTime = now
		}
		if !c.LastTransitionTime.IsZero() {
			continue
		}
		c.LastTransitionTime = now
		same := func(b certificatesv1.CertificateSigningRequestCondition) bool {
			return b.Type == c.Type && b.Status == c.Status && !b.LastTransitionTime.IsZero()
		}
		if at := slices.IndexFunc(before.Status.Conditions, same); at >= 0 {
			c.LastTransitionTime = before.Status.Conditions[at].LastTransitionTime
		}
	}
}

func sameCertificate(r, before *certificatesv1.CertificateSigningRequest) bool {
	return bytes.Equal(r.Status.Certificate, before.Status.Certificate)
}

func csrFields(obj runtime.Object) fields.Set {
	return fields.Set{"spec.signerName": obj.(*certificatesv1.CertificateSigningRequest).Spec.SignerName}
}

func csrSubresources(s *registry.Store, _ *resource.Dependencies) map[string]rest.Storage {
	return map[string]rest.Storage{"approval": resource.NewSubresourceREST(s, csrApproval{})}
}

// csrColumns are the columns of kubectl get csr. Upstream: printCertificateSigningRequest.
var csrColumns = resource.Table[certificatesv1.CertificateSigningRequest, *certificatesv1.CertificateSigningRequest]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.AgeColumn(),
		resource.FieldColumn("SignerName", certificatesv1beta1.CertificateSigningRequestSpec{}, "signerName"),
		resource.FieldColumn("Requestor", certificatesv1beta1.CertificateSigningRequestSpec{}, "request"),
		resource.FieldColumn("RequestedDuration", certificatesv1beta1.CertificateSigningRequestSpec{}, "expirationSeconds"),
		resource.FieldColumn("Condition", certificatesv1beta1.CertificateSigningRequestStatus{}, "conditions"),
	},
	Cells: func(r *certificatesv1.CertificateSigningRequest) []any {
		lasts := resource.None
		if seconds := r.Spec.ExpirationSeconds; seconds != nil {
			lasts = duration.HumanDuration(time.Duration(*seconds) * time.Second)
		}
		return []any{r.Name, resource.AgeOf(r), cmp.Or(r.Spec.SignerName, resource.None), r.Spec.Username, lasts, csrState(r)}
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
