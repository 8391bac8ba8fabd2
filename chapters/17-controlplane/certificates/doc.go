// Package certificates is certificates.k8s.io: requests for certificates, which are approved and signed on two paths.
//
// In: a CertificateSigningRequest. Its creator writes the spec once, an approver writes conditions through the subresource
// approval, a signer writes the certificate through status. Out: a row of the table (Groups) with these subresources.
//
// Upstream: k8s.io/kubernetes/pkg/registry/certificates and pkg/apis/certificates/validation.
//
// Read in this order:
//
//	groups.go                     the row
//	signingrequest.go             three strategies over one Store, and the columns
//	signingrequest_validation.go  requests, conditions, certificates, names of signers
package certificates
