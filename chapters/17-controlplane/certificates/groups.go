package certificates

import (
	certificatesv1 "k8s.io/api/certificates/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the row of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: certificatesv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "CertificateSigningRequest", Name: "certificatesigningrequests", ObjectMeta: registry.MetaThenUpdate,
				StatusObjectMeta: registry.MetaThenUpdate,
				ShortNames:       []string{"csr"},
				Strategy:         csrStrategy{}, Status: csrStatus{}, SelectableFields: csrFields, Columns: csrColumns, Subresources: csrSubresources},
		}},
	}
}
