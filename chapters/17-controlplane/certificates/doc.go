// Package certificates serves certificates.k8s.io: requests for certificates, with subresources for approval and
// signing.
//
// In: a CertificateSigningRequest. The creator writes the spec, which is immutable. An approver writes conditions
// through the subresource approval, and a signer writes the certificate through the subresource status. Out: a row of
// the table (Groups) with these subresources.
//
// Upstream: k8s.io/kubernetes/pkg/registry/certificates and pkg/apis/certificates/validation.
//
// Read in this order:
//
//	groups.go                     the row
//	signingrequest.go             three strategies over one Store, and the columns
//	signingrequest_validation.go  requests, conditions, certificates, names of signers
package certificates
